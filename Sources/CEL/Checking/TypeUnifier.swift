/// Finds what type parameters stand for.
struct TypeUnifier {
  private var substitutions: [String: CELType] = [:]
  private var count = 0
  /// What substitutions were before, in order of their changes, so that a failed try is undone
  /// without copying all of them.
  private var trail: [(name: String, before: CELType?)] = []

  /// A place to go back to.
  var mark: Int { trail.count }

  /// Forgets what was learnt since a mark.
  mutating func undo(to mark: Int) {
    while trail.count > mark {
      let (name, before) = trail.removeLast()
      substitutions[name] = before
    }
  }

  private mutating func learn(_ name: String, _ type: CELType) {
    trail.append((name, substitutions[name]))
    substitutions[name] = type
  }

  /// A new type that may yet become any.
  mutating func variable() -> CELType {
    count += 1
    return .parameter("@\(count)")
  }

  /// A type with all that is known put in; variables that are still open stay.
  func resolved(_ type: CELType) -> CELType {
    switch type {
    case .parameter(let name): substitutions[name].map(resolved) ?? type
    case .list, .map, .type, .opaque: type.replacingParts(resolved)
    default: type
    }
  }

  /// A type without variables: what is still open becomes `dyn`.
  func finished(_ type: CELType) -> CELType {
    switch resolved(type) {
    case .parameter, .wrong: .dyn
    case let type: type.replacingParts(finished)
    }
  }

  /// An overload's signature with variables of its own.
  mutating func instance(_ overload: Overload) -> ([CELType], CELType) {
    if overload.parameters.allSatisfy(\.isConcrete), overload.result.isConcrete {
      return (overload.parameters, overload.result)
    }
    var own: [String: CELType] = [:]
    func replace(_ type: CELType, _ unifier: inout TypeUnifier) -> CELType {
      switch type {
      case .parameter(let name):
        if let variable = own[name] { return variable }
        let variable = unifier.variable()
        own[name] = variable
        return variable
      case .list(let element): return .list(replace(element, &unifier))
      case .map(let key, let value): return .map(replace(key, &unifier), replace(value, &unifier))
      case .type(let type): return .type(replace(type, &unifier))
      case .opaque(let name, let parts):
        return .opaque(name, parts.map { replace($0, &unifier) })
      default: return type
      }
    }
    let parameters = overload.parameters.map { replace($0, &self) }
    return (parameters, replace(overload.result, &self))
  }

  /// Whether a value of the first type fits where the second is asked for. Learns what that takes.
  mutating func isAssignable(_ type: CELType, to target: CELType) -> Bool {
    let mark = mark
    if unify(type, target) { return true }
    undo(to: mark)
    return false
  }

  private mutating func unify(_ a: CELType, _ b: CELType) -> Bool {
    if a == b { return true }
    if case .parameter(let name) = b {
      let (isValid, isBound) = substitute(name, a)
      if isValid { return true }
      if isBound { return false }
    }
    if case .parameter(let name) = a { return substitute(name, b).isValid }
    if a.isOpen || b.isOpen { return true }
    switch (a, b) {
    case (.null, _): return b.isNullable
    case (_, .null): return a.isNullable
    case (.wrapper(let a), .wrapper(let b)): return a == b
    case (.wrapper(let a), _): return a == b
    case (_, .wrapper(let b)): return a == b
    case (.type, .type): return true
    case (.list(let a), .list(let b)): return unify(a, b)
    case (.map(let k1, let v1), .map(let k2, let v2)): return unify(k1, k2) && unify(v1, v2)
    case (.opaque(let n1, let p1), .opaque(let n2, let p2)):
      guard n1 == n2, p1.count == p2.count else { return false }
      for (x, y) in zip(p1, p2) where !unify(x, y) { return false }
      return true
    default: return false
    }
  }

  private mutating func substitute(
    _ name: String, _ type: CELType
  ) -> (isValid: Bool, isBound: Bool) {
    if let bound = substitutions[name] {
      if type == bound { return (true, true) }
      guard unify(type, bound) else { return (false, true) }
      let general = general(type, bound)
      if !occurs(name, in: general) { learn(name, general) }
      return (true, true)
    }
    guard !occurs(name, in: type) else { return (false, false) }
    learn(name, type)
    return (true, false)
  }

  private func occurs(_ name: String, in type: CELType) -> Bool {
    switch type {
    case .parameter(let other):
      other == name || substitutions[other].map { occurs(name, in: $0) } ?? false
    default: type.parts.contains { occurs(name, in: $0) }
    }
  }

  /// The less specific of two types that fit each other.
  func general(_ a: CELType, _ b: CELType) -> CELType {
    isLessSpecific(a, b) ? a : b
  }

  private func isLessSpecific(_ a: CELType, _ b: CELType) -> Bool {
    if a.isOpen { return true }
    if case .parameter = a { return true }
    if b.isOpen { return false }
    if case .parameter = b { return false }
    switch (a, b) {
    case (_, .null): return true
    case (.list(let a), .list(let b)): return isLessSpecific(a, b)
    case (.map(let k1, let v1), .map(let k2, let v2)):
      return isLessSpecific(k1, k2) && isLessSpecific(v1, v2)
    case (.opaque(let n1, let p1), .opaque(let n2, let p2)):
      return n1 == n2 && p1.count == p2.count && zip(p1, p2).allSatisfy(isLessSpecific)
    case (.wrapper, _): return true
    default: return a == b
    }
  }
}

extension CELType {
  fileprivate var isOpen: Bool { self == .dyn || self == .wrong }

  fileprivate var isNullable: Bool {
    switch self {
    case .null, .wrapper, .timestamp, .duration, .opaque: true
    default: false
    }
  }
}
