package import Diagnostics

extension DiagnosticCode {
  /// All that reading and compiling a policy can report, beside what its expressions can.
  package static let policyCodes: [DiagnosticCode] = [
    .cannotInclude, .cannotExtend, .notInherited, .smallerGroups, .unknownKey, .missingKey,
    .misplacedKey, .wrongShape,
    .wrongValue, .emptyValue, .outOfBounds, .badName, .reservedName, .declaredTwice, .mixedKinds,
    .oneRule, .levels, .notIncreasing, .badMessage, .alertWithoutOwner, .unknownFact, .wrongType,
    .cycle, .mixedScopes, .noSubject, .confidentialInput, .confidentialView, .countShown,
    .noCrisisResources, .unused, .nothingToAssess, .unreachableRow, .refusedInput,
  ]
}
