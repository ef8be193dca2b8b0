/// Which language is spoken.
public enum Profile: Sendable, Hashable {
  /// CEL as specified.
  case cel
  /// The language of policies: whole numbers are doubles where they can be, what is not finite is
  /// unknown, there is no `dyn`, and a few functions are added.
  case policy
}

/// All functions and operators, each with its overloads.
public struct FunctionTable: Sendable {
  public private(set) var overloads: [Overload] = []
  /// The overloads of each function, for each profile.
  private var overloadsInCEL: [String: [Overload]] = [:]
  private var overloadsInPolicies: [String: [Overload]] = [:]

  public init(_ overloads: [Overload]) {
    for overload in overloads { add(overload) }
  }

  public mutating func add(_ overload: Overload) {
    overloads.append(overload)
    if overload.profile != .policy {
      overloadsInCEL[overload.function, default: []].append(overload)
    }
    if overload.profile != .cel {
      overloadsInPolicies[overload.function, default: []].append(overload)
    }
  }

  /// The overloads of a function, in order of declaration.
  public func overloads(of function: String, in profile: Profile) -> [Overload] {
    byName(in: profile)[function] ?? []
  }

  private func byName(in profile: Profile) -> [String: [Overload]] {
    switch profile {
    case .cel: overloadsInCEL
    case .policy: overloadsInPolicies
    }
  }

  func hasFunction(_ function: String, in profile: Profile) -> Bool {
    byName(in: profile)[function] != nil
  }

  /// The column forms, by the overloads' ids.
  var kernels: [String: Kernel] {
    var kernels: [String: Kernel] = [:]
    for overload in overloads { kernels[overload.id] = overload.kernel }
    return kernels
  }

  func functionNames(in profile: Profile) -> [String] { byName(in: profile).keys.sorted() }

  /// The standard library of CEL, its extensions, and what policies add.
  ///
  /// Of time zones it knows `UTC` and fixed offsets.
  public static let standard = standard(times: times())

  /// The standard library, with time zones by name.
  ///
  /// `UTC` and fixed offsets are known always; the zones are asked for all other names.
  public static func standard(timeZones: some TimeZones) -> FunctionTable {
    standard(times: times { timeZones.secondsAheadOfUTC(in: $0, at: $1) })
  }

  private static func standard(times: [Overload]) -> FunctionTable {
    FunctionTable(
      logic + comparison + arithmetic + texts + textExtension + collections + optionals
        + conversions + times + mathExtension + encoders + network + policyFunctions)
  }
}
