import Belay
import CEL

/// The words that several reports share.
enum Wording {
  static let notice =
    "This organises evidence for a conversation about the work. It does not diagnose or predict, "
    + "and it does not rank people for reward or punishment."

  /// Why something is missing, in a word for programs.
  static func slug(_ reason: Unknown.Reason) -> String {
    switch reason {
    case .absent: "absent"
    case .outOfRange: "out_of_range"
    case .malformed: "malformed"
    case .notListed: "not_listed"
    case .notApplicable: "not_applicable"
    case .suppressed: "suppressed"
    case .tooFew: "too_few"
    case .notFinite: "not_finite"
    case .fault: "fault"
    }
  }

  /// A cause for people; that a value is simply not there goes without saying.
  static func words(_ cause: Unknown.Cause) -> String {
    switch cause.reason {
    case .absent: cause.name
    case .outOfRange: "\(cause.name) (out of range)"
    case .malformed: "\(cause.name) (not readable)"
    case .notListed: "\(cause.name) (not among the listed)"
    case .notApplicable: "\(cause.name) (does not apply)"
    case .suppressed: "\(cause.name) (suppressed)"
    case .tooFew: "\(cause.name) (too few known)"
    case .notFinite: "\(cause.name) (no finite number)"
    case .fault(let fault): "\(cause.name) (\(fault.message))"
    }
  }

  /// A value as a report shows it: dates without their time, numbers as the style says.
  static func text(_ value: Value, _ numbers: NumberStyle) -> String {
    switch value {
    case .double(let number): return numbers.text(number)
    case .string(let text): return text
    case .bool(let truth): return truth ? "yes" : "no"
    case .timestamp(let moment):
      let text = moment.description
      return text.hasSuffix("T00:00:00Z") ? String(text.prefix(10)) : text
    default: return value.description
    }
  }
}
