/// A stretch of a source text, as UTF-8 offsets: `lower` is inside, `upper` is the first outside.
public struct SourceSpan: Sendable {
  public let source: SourceText
  public let lower: UInt32
  public let upper: UInt32

  public init(_ source: SourceText, _ lower: UInt32, _ upper: UInt32) {
    self.source = source
    self.lower = lower
    self.upper = max(lower, upper)
  }

  /// The text as written; bytes that are not UTF-8 show as U+FFFD.
  public var text: String {
    let count = UInt32(source.bytes.count)
    return String(
      decoding: source.bytes[Int(min(lower, count))..<Int(min(upper, count))], as: UTF8.self)
  }

  public var start: SourcePosition { source.position(at: lower) }
  public var end: SourcePosition { source.position(at: upper) }

  /// The smallest span that covers both. Both lie in the same text.
  public func union(_ other: SourceSpan) -> SourceSpan {
    SourceSpan(source, min(lower, other.lower), max(upper, other.upper))
  }
}

extension SourceSpan: Hashable {
  public static func == (a: SourceSpan, b: SourceSpan) -> Bool {
    a.source === b.source && a.lower == b.lower && a.upper == b.upper
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(ObjectIdentifier(source))
    hasher.combine(lower)
    hasher.combine(upper)
  }
}
