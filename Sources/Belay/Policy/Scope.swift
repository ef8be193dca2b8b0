/// What a quantity is about. Each scope contains the one before it.
public enum Scope: String, CaseIterable, Comparable, Sendable {
  case provider, team, site, organization

  public static func < (a: Scope, b: Scope) -> Bool {
    a.rank < b.rank
  }

  private var rank: Int {
    switch self {
    case .provider: 0
    case .team: 1
    case .site: 2
    case .organization: 3
    }
  }
}
