package import Diagnostics

extension DiagnosticCode {
  /// All that reading and compiling a policy can report, beside what its expressions can.
  package static let policyCodes: [DiagnosticCode] = [
    .unknownKey, .missingKey, .unsupported, .wrongShape, .wrongValue, .emptyValue, .outOfBounds,
    .cannotInclude, .misplacedKey, .badName, .reservedName, .declaredTwice, .mixedKinds, .oneRule,
    .levels, .notIncreasing, .badMessage, .alertWithoutOwner, .mixedScopes, .cycle, .unknownFact,
    .wrongType, .unused, .noSubject, .confidentialInput, .countShown, .noCrisisResources,
  ]
}
