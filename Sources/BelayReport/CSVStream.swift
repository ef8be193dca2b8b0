public import Belay
public import Tables

/// Assesses data while they are read, and writes the results as CSV while they are assessed.
///
/// Memory does not grow with the data: it holds a few blocks of them, for each thread. What
/// `CSVReport` writes of a table with all its periods, this writes of the same data, byte by byte,
/// whatever the number of threads.
///
/// Rows are assessed one by one, so all periods are. A broken structure, or one that turns out
/// to be, is thrown after the results of the rows before it have been written.
public struct CSVStream: Sendable {
  /// Reads bytes into a buffer; gives how many, 0 at the end.
  public typealias Read = (UnsafeMutableRawBufferPointer) throws -> Int

  private let policy: CompiledPolicy
  private let scope: Scope
  private let numbers: NumberStyle
  private let jobs: Int
  /// About how large the pieces are that a thread takes at a time, in bytes.
  package var blockSize = BlockCutter.standardSize
  /// How many rows are computed at once; nil for what suits the cache.
  package var chunkRows: Int?

  /// - Parameters:
  ///   - decimals: as for `CSVReport`.
  ///   - jobs: how many threads share the work.
  /// - Precondition: the policy assesses the scope.
  public init(
    _ policy: CompiledPolicy, scope: Scope = .provider, decimals: Int? = nil, jobs: Int = 1
  ) {
    self.policy = policy
    self.scope = scope
    numbers = NumberStyle(decimals: decimals)
    self.jobs = max(1, jobs)
  }

  /// Assesses and writes.
  ///
  /// Nothing is called by two threads at once.
  ///
  /// - Parameters:
  ///   - name: what diagnostics call the data.
  ///   - format: how they are written.
  ///   - read: reads the data from the start.
  ///   - readAgain: gives what reads them once more, if that is possible. It is asked for when
  ///     subjects and periods come in no order, to learn which came before; without it, all that
  ///     came are remembered.
  ///   - progress: gets the count of bytes that are done, now and then.
  ///   - write: gets the bytes, piece by piece.
  /// - Returns: what was found in the data.
  /// - Throws: `TableError` when the data cannot be read as a table, and whatever is thrown by
  ///   reading and writing.
  public func run(
    _ name: String, format: TableFormat, read: @escaping Read,
    readAgain: (() throws -> Read)? = nil, progress: @escaping (Int) -> Void = { _ in },
    write: @escaping (UnsafeBufferPointer<UInt8>) throws -> Void
  ) throws -> DataDiagnostics {
    let schema = policy.tableSchema(for: scope)!
    let none = policy.noResults(scope)
    let rows = CSVRows(
      none.results, alerts: none.alerts, interventions: none.interventions, numbers: numbers)
    let newCutter = { [blockSize] in
      BlockCutter(schema: schema, format: format, name: name, size: blockSize)
    }
    var cutter = newCutter()
    let layout = try cutter.begin(read)
    try rows.header(key: schema.key, period: schema.time?.column).withUnsafeBufferPointer(write)

    let evaluators = policy.blockEvaluators(scope, chunkRows: chunkRows)
    let newWorker: @Sendable () -> Worker = {
      Worker(reader: BlockReader(layout), evaluator: evaluators(), rows: rows)
    }
    let earlier = readAgain.map { readAgain in
      { (keys: inout KeySet, end: Int) throws in
        let read = try readAgain()
        var cutter = newCutter()
        try keys.insertAll(before: end, &cutter, read)
      }
    }
    let output = OrderedOutput(
      layout, keys: RowsSeen(readEarlier: earlier), worker: newWorker(), progress: progress,
      write: write)
    let pipeline = BlockPipeline(cutter, read, output, pieces: jobs + 2)
    Threads.run(jobs) { _ in pipeline.work(newWorker()) }
    return try pipeline.finish()
  }
}

/// A block on its way: its data, and what is to be written of it.
private final class Piece {
  let block = Block()
  var output = ByteBuffer(capacity: 1 << 16)
  /// The hashes of the rows' keys, if they were asked for.
  var keys: [KeyHash]?
}

/// What one thread needs to make of a block what is to be written.
private final class Worker {
  private let reader: BlockReader
  private let evaluator: BlockEvaluator
  private let rows: CSVRows

  /// How large the dictionaries of texts may grow, in bytes.
  private static let dictionaryRoom = 1 << 20

  init(reader: BlockReader, evaluator: BlockEvaluator, rows: CSVRows) {
    self.reader = reader
    self.evaluator = evaluator
    self.rows = rows
  }

  func process(_ piece: Piece, withKeys: Bool) {
    read(piece)
    piece.keys = withKeys ? (0..<reader.rowCount).map(reader.keyHash) : nil
    write(piece)
  }

  /// The hashes of the keys of a piece that was processed without.
  ///
  /// All of it is processed again: reading a block forgets what was found in its cells.
  func keys(of piece: Piece) -> [KeyHash] {
    process(piece, withKeys: true)
    return piece.keys!
  }

  /// Processes a piece again, without some of its rows.
  func process(_ piece: Piece, leavingOut duplicates: [Int]) -> [DuplicateRow] {
    read(piece)
    let rows = duplicates.map { reader.duplicate($0, first: nil) }
    reader.leaveOut(duplicates)
    write(piece)
    return rows
  }

  private func read(_ piece: Piece) {
    if reader.dictionaryBytes > Self.dictionaryRoom { reader.resetDictionaries() }
    reader.read(piece.block)
  }

  private func write(_ piece: Piece) {
    piece.output.removeAll()
    let keys = reader.keyCells
    evaluator.assess(reader) { first, results in
      rows.append(results, 0..<results.count, to: &piece.output) { row, buffer in
        keys.append(first + row, to: &buffer)
      }
    }
  }
}

/// Hands blocks to threads, and what they make of them to the output, in the order of the data.
private final class BlockPipeline: @unchecked Sendable {
  private struct Input {
    var cutter: BlockCutter
    let read: CSVStream.Read
    var isAtEnd = false
    var error: (any Error)?
  }

  private struct State {
    /// Pieces that nobody uses.
    var free: [Piece]
    /// Pieces that wait for those before them, by their place in the data.
    var finished: [Int: Piece] = [:]
    var next = 0
    var isWriting = false
    var error: (any Error)?
    var wantsKeys: Bool
  }

  private let input: Monitor<Input>
  private let state: Monitor<State>
  /// Used by the one thread that is writing.
  private let output: OrderedOutput

  init(
    _ cutter: BlockCutter, _ read: @escaping CSVStream.Read, _ output: OrderedOutput, pieces: Int
  ) {
    input = Monitor(Input(cutter: cutter, read: read))
    state = Monitor(State(free: (0..<pieces).map { _ in Piece() }, wantsKeys: output.wantsKeys))
    self.output = output
  }

  /// Takes one block after the other until there are no more.
  func work(_ worker: Worker) {
    while let (piece, withKeys) = takePiece() {
      guard fill(piece.block) else {
        state.change { $0.free.append(piece) }
        return
      }
      worker.process(piece, withKeys: withKeys)
      deliver(piece)
    }
  }

  /// What was found, once all threads are done.
  func finish() throws -> DataDiagnostics {
    if let error = state.access({ $0.error }) { throw error }
    if let error = input.access({ $0.error }) { throw error }
    return try output.finish()
  }

  /// A piece, as soon as one is free; nil when something went wrong.
  private func takePiece() -> (Piece, withKeys: Bool)? {
    state.wait { state in
      if state.error != nil { return .some(nil) }
      return state.free.popLast().map { ($0, state.wantsKeys) }
    }
  }

  private func fill(_ block: Block) -> Bool {
    input.access { input in
      if input.isAtEnd { return false }
      do {
        if try input.cutter.next(into: block, input.read) { return true }
      } catch {
        input.error = error
      }
      input.isAtEnd = true
      return false
    }
  }

  /// Writes a piece and those that wait for it, unless another thread is at it.
  private func deliver(_ piece: Piece) {
    var next = state.access { state in
      state.finished[piece.block.index] = piece
      return state.isWriting ? nil : takeNext(&state)
    }
    while let piece = next {
      do {
        try output.write(piece)
      } catch {
        return state.change { $0.error = error }
      }
      next = state.change { state in
        state.wantsKeys = output.wantsKeys
        state.next += 1
        state.free.append(piece)
        return takeNext(&state)
      }
    }
  }

  private func takeNext(_ state: inout State) -> Piece? {
    let piece = state.finished.removeValue(forKey: state.next)
    state.isWriting = piece != nil
    return piece
  }
}

/// Takes pieces in the order of the data: looks for rows that came before, notes what was found,
/// and writes.
private final class OrderedOutput {
  private let layout: TableLayout
  private var ledger: BlockLedger
  private var seen: RowsSeen
  private let worker: Worker
  private let progress: (Int) -> Void
  private let sink: (UnsafeBufferPointer<UInt8>) throws -> Void

  init(
    _ layout: TableLayout, keys: RowsSeen, worker: Worker, progress: @escaping (Int) -> Void,
    write: @escaping (UnsafeBufferPointer<UInt8>) throws -> Void
  ) {
    self.layout = layout
    ledger = BlockLedger(layout)
    seen = keys
    self.worker = worker
    self.progress = progress
    sink = write
  }

  /// Whether the hashes of keys are needed to tell which rows came before.
  var wantsKeys: Bool { seen.wantsKeys }

  func write(_ piece: Piece) throws {
    var duplicates: [DuplicateRow] = []
    if !piece.block.findings.isBroken {
      let repeated = try seen.repeated(in: piece.block) { piece.keys ?? worker.keys(of: piece) }
      if !repeated.isEmpty { duplicates = worker.process(piece, leavingOut: repeated) }
    }
    try ledger.add(piece.block, duplicates: duplicates)
    if !piece.output.isEmpty { try piece.output.withUnsafeBytes(sink) }
    progress(piece.block.offset + piece.block.count)
  }

  func finish() throws -> DataDiagnostics {
    _ = try ledger.finish()
    return ledger.diagnostics
  }
}

/// Which subjects and periods came before.
///
/// Data mostly come in some order, which proves that no row repeats another; only without one does
/// it take memory for each row.
private struct RowsSeen {
  private var order = KeyOrder()
  private var keys: KeySet?
  /// Adds the keys of all rows that begin before a place in the data.
  private let readEarlier: ((inout KeySet, Int) throws -> Void)?

  init(readEarlier: ((inout KeySet, Int) throws -> Void)?) {
    self.readEarlier = readEarlier
    if readEarlier == nil { keys = KeySet() }
  }

  var wantsKeys: Bool { keys != nil }

  /// The rows of a block that repeat an earlier one.
  mutating func repeated(in block: Block, _ hashes: () -> [KeyHash]) throws -> [Int] {
    if keys == nil {
      order.join(block.findings.keyOrder)
      if order.isProof { return [] }
      var earlier = KeySet()
      try readEarlier?(&earlier, block.offset)
      keys = earlier
    }
    return hashes().enumerated().compactMap { row, key in
      keys!.insert(key) ? nil : row
    }
  }
}

extension KeySet {
  /// Adds the keys of all rows before a place in the data.
  fileprivate mutating func insertAll(
    before end: Int, _ cutter: inout BlockCutter, _ read: CSVStream.Read
  ) throws {
    let reader = BlockReader(try cutter.begin(read))
    let block = Block()
    while try cutter.next(into: block, read), block.offset < end {
      reader.read(block)
      for row in 0..<reader.rowCount { insert(reader.keyHash(row)) }
    }
  }
}
