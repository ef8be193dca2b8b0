import CEL
import Tables

/// A plan as operations over columns: what it computes for a chunk of rows, all at once.
///
/// It holds what CSV shows. What takes longer to say, the names of what was missing, drivers,
/// intervals, messages, the row evaluator works out for the rows that are asked for. It also decides
/// the rows that are flagged, in which an expression ran into a fault.
final class ColumnPlan: Sendable {
  struct Score: Sendable {
    /// Registers of numbers.
    let value: Int
    let coverage: Int
    let domains: [Int]
    /// A register of places among the level names, -1 where unknown.
    let levels: Int
  }

  let program: ColumnProgram
  /// Where the cells of inputs go, parallel to the plan's inputs.
  let inputs: [ColumnValue]
  /// The register of the period's first day.
  let period: Int
  let scores: [Score]
  /// In policy order.
  let alerts: [TruthRegister]
  /// The planes of what is recommended, as ranked.
  let interventions: [Int]

  init(
    program: ColumnProgram, inputs: [ColumnValue], period: Int, scores: [Score],
    alerts: [TruthRegister], interventions: [Int]
  ) {
    self.program = program
    self.inputs = inputs
    self.period = period
    self.scores = scores
    self.alerts = alerts
    self.interventions = interventions
  }

  /// How many rows a chunk has, so that what they hold stays in the cache.
  var chunkRows: Int {
    let budget = 1 << 20
    let layout = program.layout
    let bytesPerRow = 8 * layout.numbers + 4 * layout.codes + layout.planes / 8 + 1
    return min(max(budget / bytesPerRow / 64 * 64, 64), 512)
  }
}
