public import Tables

/// What one run leaves for the next: of each subject what later periods still look back at.
///
/// With it a run needs the new periods alone, and says the same as one over all of them. It
/// holds raw confidential values and who stands behind published figures, and must be kept like the
/// data themselves.
///
///     let (tables, state, notes) = try policy.assess(may, from: april)
public struct PolicyState: Sendable {
  /// The name of the policy that it belongs to.
  public let policy: String
  /// The time step of its periods; nil where the policy has no time.
  public let every: Granularity?
  var scopes: [Scope: Seen] = [:]
  var series: [SeriesKey: SeriesMemory] = [:]
  var screens: [ScreenMemory] = []

  init(policy: String, every: Granularity?) {
    self.policy = policy
    self.every = every
  }

  /// The last period that the state has of a scope; nil where it has none.
  public func lastPeriod(of scope: Scope) -> Period? {
    guard let every, let seen = scopes[scope] else { return nil }
    return Period(every, index: Int(seen.last))
  }

  /// The subjects of a scope, each with its last period.
  struct Seen: Sendable, Equatable {
    var last: Int32
    var subjects: [ContainerID: Int32]
  }

  /// A derivation, by what stays the same from run to run.
  struct SeriesKey: Hashable, Sendable, Comparable {
    enum Kind: String, Sendable {
      case window, chart, ago, carry, life
      /// An input carried behind the gate.
      case carryGated = "carry-gated"
    }

    let scope: Scope
    let name: String
    let kind: Kind

    static func < (a: SeriesKey, b: SeriesKey) -> Bool {
      a.scope != b.scope
        ? a.scope < b.scope
        : a.name != b.name ? a.name < b.name : a.kind.rawValue < b.kind.rawValue
    }
  }

  /// What a derivation has kept.
  struct SeriesMemory: Sendable, Equatable {
    /// What the kept values depend on; where it differs they are of something else.
    var definition: String
    var type: CellType
    /// The observed values, in period order.
    var observations: [ContainerID: [Observation]] = [:]
    /// Where alerts stand.
    var memories: [ContainerID: AlertLife.Memory] = [:]
  }

  enum CellType: String, Sendable {
    case number, text, boolean, date
  }

  enum Cell: Sendable, Equatable {
    case number(Double)
    case text(String)
    case boolean(Bool)
    case date(Int32)
  }

  struct Observation: Sendable, Equatable {
    var period: Int32
    var value: Cell

    /// As series have it: a condition is 1 or 0.
    var number: Double {
      switch value {
      case .number(let number): number
      case .boolean(let truth): truth ? 1 : 0
      case .date(let day): Double(day)
      case .text: .nan
      }
    }
  }

  struct SubjectKey: Hashable, Sendable, Comparable {
    let scope: Scope
    let id: ContainerID

    static func < (a: SubjectKey, b: SubjectKey) -> Bool {
      a.scope != b.scope ? a.scope < b.scope : a.id < b.id
    }
  }

  struct FigureKey: Hashable, Sendable, Comparable {
    let scope: Scope
    let name: String

    static func < (a: FigureKey, b: FigureKey) -> Bool {
      a.scope != b.scope ? a.scope < b.scope : a.name < b.name
    }
  }

  /// What has been published of the figures of one source.
  struct ScreenMemory: Sendable, Equatable {
    struct Figure: Sendable, Equatable {
      var definition: String
      /// What was last published, by subject.
      var last: [ContainerID: Double] = [:]
    }

    var figures: [FigureKey: Figure] = [:]
    /// The rosters that were published for a subject, the latest last.
    var rosters: [SubjectKey: [[SubjectKey]]] = [:]
  }
}

extension ContainerID: Comparable {
  var text: String { String(decoding: bytes, as: UTF8.self) }

  static func < (a: ContainerID, b: ContainerID) -> Bool {
    a.bytes.lexicographicallyPrecedes(b.bytes)
  }
}

extension PolicyState.CellType {
  init(_ type: ColumnType) {
    switch type {
    case .number: self = .number
    case .text: self = .text
    case .boolean: self = .boolean
    case .date: self = .date
    }
  }
}
