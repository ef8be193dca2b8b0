import Tables

/// Containers that rows name and that have no row in the table of their scope: a misspelt team, say.
///
/// What such rows read of their container is unknown.
public struct UnknownContainers: Hashable, Sendable {
  /// The scope of the rows, and that of the containers.
  public let scope: Scope
  public let container: Scope
  /// The ids, in the order in which they first occur.
  public let ids: [String]
  /// How many rows name them.
  public let rowCount: Int
}

extension PolicyProgram {
  func unknownContainers(
    in tables: [Scope: Table], after state: PolicyState?
  ) -> [UnknownContainers] {
    links.values.joined().sorted { ($0.from, $0.to) < ($1.from, $1.to) }.compactMap { link in
      guard let table = tables[link.from], let containers = tables[link.to],
        case .text(let ids)? = table.columns[link.column]
      else { return nil }
      let known = Set(containers.ids.dictionary.map { ContainerID($0) })
        .union(state?.scopes[link.to]?.subjects.keys.map { $0 } ?? [])
      let isUnknown = ids.dictionary.map { !known.contains(ContainerID($0)) }
      let count = ids.codes.count { $0 >= 0 && isUnknown[Int($0)] }
      guard count > 0 else { return nil }
      return UnknownContainers(
        scope: link.from, container: link.to,
        ids: zip(ids.dictionary, isUnknown).filter(\.1).map(\.0), rowCount: count)
    }
  }
}
