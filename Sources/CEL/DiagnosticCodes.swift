package import Diagnostics

extension DiagnosticCode {
  package static let expressionSyntax = DiagnosticCode(
    "expression-syntax", .error, "An expression does not follow the grammar of the language.")
  package static let invalidLiteral = DiagnosticCode(
    "invalid-literal", .error, "A number is too large, or an escape inside text is wrong.")
  package static let expressionLimit = DiagnosticCode(
    "expression-limit", .error, "An expression is longer, deeper or larger than the limits allow.")
  package static let unknownName = DiagnosticCode(
    "unknown-name", .error, "A name in an expression is not declared.")
  package static let noSuchFunction = DiagnosticCode(
    "no-such-function", .error, "A function of this name does not exist.")
  package static let wrongArguments = DiagnosticCode(
    "wrong-arguments", .error, "A function is called with arguments that it does not take.")
  package static let typeMismatch = DiagnosticCode(
    "type-mismatch", .error, "A value has another type than its place needs.")
  package static let noSuchField = DiagnosticCode(
    "no-such-field", .error, "A field is read from something that has no fields.")
  package static let invalidMacro = DiagnosticCode(
    "invalid-macro", .error,
    "A macro such as `has` or `all` is not given the arguments that it needs.")
  package static let shadowedName = DiagnosticCode(
    "shadowed-name", .error, "A variable inside a macro has the name of something declared.")
  package static let notSupported = DiagnosticCode(
    "not-supported", .error, "The expression uses a part of CEL that is not available here.")
  package static let invalidCurve = DiagnosticCode(
    "invalid-curve", .error, "The points of a curve are not in strictly increasing order of x.")
  package static let invalidPattern = DiagnosticCode(
    "invalid-pattern", .error, "A regular expression does not follow the syntax of RE2.")

  /// All that reading an expression can report.
  package static let expressionCodes: [DiagnosticCode] = [
    .expressionSyntax, .invalidLiteral, .expressionLimit, .unknownName, .noSuchFunction,
    .wrongArguments, .typeMismatch, .noSuchField, .invalidMacro, .shadowedName, .notSupported,
    .invalidCurve, .invalidPattern,
  ]
}
