/// What expressions are checked against: a profile, functions, and the names that may be read.
public struct Environment: Sendable {
  public let profile: Profile
  public let functions: FunctionTable
  public let limits: Limits
  /// The namespace that names are looked up in first: `a.b` makes `c` mean `a.b.c`, `a.c` or `c`.
  public var container = ""
  /// Whether constant parts are evaluated when an expression is checked.
  package var foldsConstants = true
  /// In order of their slots.
  public private(set) var names: [String] = []
  public private(set) var types: [CELType] = []
  private var slots: [String: Int] = [:]
  /// What stands before each dot of the dotted names.
  private var namespaces: Set<String> = []
  /// How many elements a list or map, or bytes a text, is taken to have at most where nothing says
  /// so: what `CheckedExpression.cost` rests on.
  public var assumedSize = 1000
  private var sizes: [Int: Int] = [:]

  public init(
    profile: Profile = .cel, functions: FunctionTable = .standard, limits: Limits = .init()
  ) {
    self.profile = profile
    self.functions = functions
    self.limits = limits
  }

  /// Lets expressions read a name, which may be dotted. Its slot is the number of names before it.
  ///
  /// A name declared again keeps its slot and takes the new type.
  ///
  /// - Parameter size: how many elements its list or map, or bytes its text, has at most, if that
  ///   is known. Only the estimate of the cost looks at it.
  public mutating func declare(_ name: String, _ type: CELType, size: Int? = nil) {
    let known = slots[name]
    let slot = known ?? names.count
    if size != nil || !sizes.isEmpty { sizes[slot] = size }
    if known != nil {
      types[slot] = type
    } else {
      slots[name] = slot
      names.append(name)
      types.append(type)
      addNamespaces(of: name)
    }
  }

  /// Lets expressions read a declared name by another one too.
  ///
  /// - Precondition: the name is declared.
  package mutating func declare(_ alias: String, as name: String) {
    slots[alias] = slots[name]!
    addNamespaces(of: alias)
  }

  private mutating func addNamespaces(of name: String) {
    var rest = name.utf8[...]
    while let dot = rest.firstIndex(of: UInt8(ascii: ".")) {
      namespaces.insert(String(name[..<dot]))
      rest = rest[dot...].dropFirst()
    }
  }

  /// Where a record keeps the value of a name.
  public func slot(of name: String) -> Int? { slots[name] }

  /// The declared type of a name.
  public func type(of name: String) -> CELType? { slots[name].map { types[$0] } }

  /// How large the value in a slot is taken to be.
  func size(ofSlot slot: Int) -> Int { sizes[slot] ?? assumedSize }

  /// Whether a name, or a dotted name that begins with it, is declared.
  func declaresNames(from first: String) -> Bool {
    slots[first] != nil || namespaces.contains(first)
  }

  /// Full names that a written name may stand for, the closest namespace first.
  func candidates(_ name: String, absolute: Bool) -> [String] {
    if absolute || container.isEmpty { return [name] }
    var result: [String] = []
    var namespace = Substring(container)
    while true {
      result.append("\(namespace).\(name)")
      guard let dot = namespace.lastIndex(of: ".") else { break }
      namespace = namespace[..<dot]
    }
    return result + [name]
  }

  static let typeNames: [String: CELType] = {
    let types: [CELType] = [
      .null, .bool, .int, .uint, .double, .string, .bytes, .timestamp, .duration,
      .list(.dyn), .map(.dyn, .dyn), .type(.dyn), .optional(.dyn),
      .opaque("net.IP", []), .opaque("net.CIDR", []),
    ]
    return Dictionary(uniqueKeysWithValues: types.map { ($0.name, $0) })
  }()
}

/// The values that an expression reads: one record.
public protocol Activation {
  /// What is in a slot, as declared in the environment that the expression was checked against.
  func outcome(at slot: Int) -> Outcome<Value>
}
