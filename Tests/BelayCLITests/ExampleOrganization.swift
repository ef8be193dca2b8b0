import TestSupport

/// An invented organisation of three sites, 24 teams and 269 clinicians, over twelve months.
///
/// The tables have the columns of the shipped rules. Load runs from the team to the clinician, from
/// there to messages and notes, and from those to work after hours; climate follows load and the
/// team's own culture. One cell in twenty is missing. Every figure is invented, nobody is meant.
///
/// Each subject draws from a stream of its own, so adding a team leaves the others as they are. There
/// are no transcendental functions, so every platform writes the same bytes.
enum ExampleOrganization {
  /// `providers.csv`: one row per clinician and month.
  static func providers() -> String {
    var rows: [Row] = []
    for month in months.indices {
      var number = 0
      for (index, team) in Team.all.enumerated() {
        for member in team.members {
          number += 1
          rows.append(clinician(number, member, in: team, at: index, month: month))
        }
      }
    }
    return csv(rows)
  }

  /// `teams.csv`: one row per team and month.
  static func teams() -> String {
    csv(
      months.indices.flatMap { month in
        Team.all.indices.map { row(of: Team.all[$0], at: $0, month: month) }
      })
  }

  /// `sites.csv`: one row per site and month.
  static func sites() -> String {
    csv(
      months.indices.flatMap { month in
        Site.all.indices.map { row(of: Site.all[$0], at: $0, month: month) }
      })
  }

  /// `organization.csv`: one row per month.
  static func organization() -> String {
    csv(months.indices.map { organization(month: $0) })
  }

  private static let months = [
    "2025-11", "2025-12", "2026-01", "2026-02", "2026-03", "2026-04", "2026-05", "2026-06",
    "2026-07", "2026-08", "2026-09", "2026-10",
  ]

  private static func csv(_ rows: [Row]) -> String {
    var text = rows[0].names.joined(separator: ",") + "\n"
    for row in rows { text += row.cells.joined(separator: ",") + "\n" }
    return text
  }

  /// The team's load in a month: its own, its trend, the winter, and a little chance.
  private static func load(of team: Team, at index: Int, month: Int) -> Double {
    var chance = Chance(stream: 1, index, month)
    let winter = (1...4).contains(month) ? 0.15 : 0
    return team.load + team.trend * Double(month) + winter + 0.12 * chance.normal()
  }
}

// MARK: - Clinicians

extension ExampleOrganization {
  private static func clinician(
    _ number: Int, _ specialty: Specialty, in team: Team, at index: Int, month: Int
  ) -> Row {
    var person = Chance(stream: 2, number, 0)
    let ownLoad = person.normal()
    let ownHabit = person.normal()
    let ownContact = person.normal()
    let ownInbox = person.normal()
    let ownEvenings = person.normal()
    let ownHours = person.normal()
    let leaveDays = 17 + 4.5 * person.normal() - 1.8 * ownLoad - 1.2 * team.load
    let ownSolo = person.normal()
    let mentored = person.uniform() < (team.culture > 0 ? 0.55 : 0.35)
    let coverage = person.uniform() + 0.15 * team.culture
    let measured = person.uniform() < 0.9

    var chance = Chance(stream: 3, number, month)
    let teamLoad = load(of: team, at: index, month: month)
    // What comes on top of a full load weighs more than what fills it.
    let burden = 0.5 + 0.9 * teamLoad + 0.75 * ownLoad + 0.25 * chance.normal()
    let strain = burden + 0.22 * max(burden, 0) * max(burden, 0)

    // Messages and notes come first, evenings follow from them, hours follow from evenings.
    let messages =
      specialty.messages * (1 + 0.16 * strain + 0.2 * ownInbox + 0.07 * chance.normal())
    let notes = specialty.notes * (1 + 0.12 * strain + 0.22 * ownHabit + 0.1 * chance.normal())
    let excess =
      0.85 * (notes / specialty.notes - 1) + 0.65 * (messages / specialty.messages - 1)
      + 0.08 * strain + 0.22 * ownEvenings + 0.12 * chance.normal()
    let evenings = specialty.evenings * (1 + excess)
    let charting = 3.7 + 1.3 * strain + 1.0 * ownHabit + 0.5 * chance.normal()
    let visits = specialty.visits * (1 + 0.07 * strain + 0.08 * chance.normal())
    // Now and then absent colleagues are covered for a whole month.
    let covering = chance.uniform() < 0.012 ? 18.0 : 0
    let hours =
      specialty.hours + covering + 3.2 * strain + 3.5 * excess + 2.6 * ownHours
      + 1.6 * chance.normal()
    let called = specialty.rostered && chance.uniform() < 0.025
    let rest = (specialty.rostered ? 11.5 : 12.7) - 0.55 * strain + 0.95 * chance.normal()

    let clinic = specialty.ambulatory
    var row = Row(stream: 4, number, month)
    row.key("month", months[month])
    row.key("provider_id", "P" + String(String(1000 + number).dropFirst()))
    row.key("team", team.name)
    row.key("specialty", specialty.name)

    row.number("hours_worked_per_week", hours, 1, 20...110)
    row.number("max_hours_in_7_days", hours * 1.12 + 2.5 * chance.normal(), 1, 20...130)
    row.number(
      "nonclinical_time_share_pct",
      specialty.nonclinical + 4.8 * strain + 2.5 * ownHabit + 1.5 * chance.normal(), 1, 5...85)
    row.number("visits_per_clinic_day", visits, 1, 2...50, applies: clinic)
    row.number(
      "panel_size_per_cfte", 1480 + 190 * strain + 130 * ownSolo, 0, 500...4000,
      applies: specialty.panel)
    row.number(
      "wrvu_percentile", 50 + 12 * strain + 20 * chance.normal(), 0, 1...99,
      applies: specialty.name != "nursing")

    row.number(
      "work_outside_work_per_8h", evenings, 2, 0.05...9, applies: clinic && measured)
    row.number(
      "pajama_minutes_per_visit", 2.9 * evenings + 1.7 * chance.normal(), 1, 0...60,
      applies: specialty.panel)
    row.number(
      "ehr_time_per_8h", specialty.record * (1 + 0.24 * excess + 0.1 * chance.normal()), 2, 0...14,
      applies: clinic)
    row.number("note_time_per_8h", notes, 2, 0...7, applies: clinic)
    row.number("inbox_messages_per_week_cfte", messages, 0, 5...900, applies: clinic)
    row.number(
      "system_message_share_pct", 43 + 4 * teamLoad + 5 * chance.normal(), 1, 5...90,
      applies: clinic)
    row.number(
      "team_order_share", 0.36 - 0.05 * teamLoad + 0.06 * ownHabit + 0.02 * chance.normal(), 2,
      0...1, applies: clinic)
    row.number(
      "after_hours_charting_per_week", charting, 1, 0...30, applies: specialty.hospitalBased)
    row.number(
      "flowsheet_entries_per_12h", 640 + 90 * strain + 40 * chance.normal(), 0, 100...1500,
      applies: specialty.name == "nursing")

    let rostered = specialty.rostered
    row.number("min_rest_hours", called ? rest - 3 : rest, 1, 4...24)
    row.number(
      "quick_returns_per_28d", 0.8 + 0.75 * strain + 0.7 * chance.normal(), 0, 0...12,
      applies: rostered)
    row.number(
      "shift_length_hours", called ? 24 : specialty.shift + 0.4 * strain + 0.6 * chance.normal(), 1,
      6...30, applies: rostered)
    row.number(
      "consecutive_shifts", 4.6 + 0.7 * strain + 0.8 * chance.normal(), 0, 1...14, applies: rostered
    )
    row.number(
      "consecutive_nights", 1.5 + 0.5 * strain + 0.8 * chance.normal(), 0, 0...8, applies: rostered)
    row.number("vacation_days_12m", leaveDays + 0.8 * chance.normal(), 0, 0...40)
    row.truth("leave_booked", chance.uniform() < 0.62 + 0.1 * team.culture)
    row.number(
      "vacation_work_minutes_per_day",
      15 + 9 * strain + (coverage < 0.35 ? 9 : 0) + 6 * chance.normal(), 0, 0...240)
    row.text(
      "leave_inbox_coverage", coverage < 0.35 ? "none" : coverage < 0.72 ? "partial" : "full")

    row.number(
      "peer_contacts_per_month",
      2.2 + 0.7 * ownContact + 0.4 * team.culture - 0.4 * strain - (team.remote ? 1 : 0)
        + 0.6 * chance.normal(), 0, 0...12)
    row.truth("mentor_assigned", mentored)
    row.number(
      "solo_site_share_pct",
      (team.remote ? 58 : specialty.solo) + 14 * ownSolo + 4 * chance.normal(), 0, 0...100)
    return row
  }
}

// MARK: - Teams

extension ExampleOrganization {
  private static func row(of team: Team, at index: Int, month: Int) -> Row {
    var chance = Chance(stream: 5, index, month)
    let load = load(of: team, at: index, month: month)
    let climate = 0.75 * team.culture - 0.45 * load + 0.15 * chance.normal()

    // The survey asks everyone who works in the team, assistants and clerks included.
    let rate = 0.62 + 0.18 * climate + 0.04 * chance.normal()
    let penalised = team.penalised
    let reports = penalised ? (month < 3 ? 1 : month < 8 ? 2 : 3) : team.isolatedReport(month)

    var row = Row(stream: 6, index, month)
    row.key("month", months[month])
    row.key("team", team.name)
    row.key("site", team.site)
    row.key("unit_type", team.unit)
    row.key("survey_n", decimal(rate * Double(team.members.count) * 1.8, 0, 3...200))

    row.number("task_load_0_400", 230 + 30 * load + 5 * chance.normal(), 0, 40...390)
    row.number(
      "workload_control_favourable_pct", 64 - 13 * load + 4 * climate + 2.5 * chance.normal(), 1,
      5...98)
    let perNurse = team.patientsPerNurse * (1 + 0.14 * load + 0.02 * chance.normal())
    row.number(
      "patients_per_nurse", perNurse, 1, 0.8...14, applies: team.patientsPerNurse > 0)
    row.number(
      "patients_per_nurse_peak", perNurse * (1.12 + 0.03 * chance.normal()), 1, 0.8...19,
      applies: team.patientsPerNurse > 0)
    row.number("vacancy_rate_pct", 7 + 4.5 * load + 1.2 * chance.normal(), 1, 0...55)
    row.number("missed_break_rate_pct", 20 + 14 * load + 3 * chance.normal(), 1, 0...95)

    row.number(
      "loneliness_ucla3_mean",
      4.7 - 0.35 * climate + (team.remote ? 1.1 : 0) + 0.12 * chance.normal(), 2, 3.1...8.8)
    row.number(
      "peer_support_offer_rate_pct",
      penalised
        ? 92 + 2 * chance.normal()
        : (team.remote ? 52 : 76) + 13 * team.culture + 4 * chance.normal(), 1,
      0...100
    )
    row.number(
      "huddle_attendance_rate", 0.76 + 0.06 * climate - 0.03 * load + 0.03 * chance.normal(), 2,
      0...1)

    row.number("psych_safety_mean", 5.35 + 0.6 * climate + 0.08 * chance.normal(), 2, 1.2...6.9)
    row.number("speak_up_safe_pct", 66 + 9 * climate + 2.5 * chance.normal(), 1, 5...98)
    row.number("just_response_pct", 63 + 9 * climate + 2.5 * chance.normal(), 1, 5...98)
    row.number("survey_response_rate_pct", rate * 100, 1, 5...99)

    row.number("leadership_index", 45 + 5 * team.culture + 1 * chance.normal(), 1, 14...59)
    row.number("volume_pay_share_pct", team.volumePay, 0, 0...100)
    row.number(
      "protected_time_honoured_pct",
      penalised ? 57 + 4 * chance.normal() : 87 + 7 * climate + 3 * chance.normal(), 1, 5...100)
    row.number("support_penalty_reports", Double(reports), 0, 0...20)
    row.number("structural_actions_active", Double(team.structuralActions), 0, 0...9)
    row.number("perk_actions_active", Double(team.perks), 0, 0...9)

    row.number(
      "concern_addressed_pct", 58.5 + 9 * climate - 1.5 * load + 2.5 * chance.normal(), 1, 5...95)
    row.number(
      "suggestions_per_100fte_qtr",
      penalised && month > 6 ? 0 : 15 + 6 * climate + 2.5 * chance.normal(), 1, 0...80)
    row.number(
      "suggestions_answered_30d_pct", 80 + 11 * climate + 4 * chance.normal(), 1, 5...100)
    row.number("loop_close_median_days", 34 - 18 * climate + 4 * chance.normal(), 0, 3...200)

    row.number(
      "burnout_prevalence_pct", 38 - 7 * climate + 3 * load + 2 * chance.normal(), 1, 5...95)
    row.number(
      "intent_to_leave_24m_pct", team.leaving - 4.5 * climate + 1.5 * chance.normal(), 1, 2...80)
    row.number(
      "turnover_12m_pct", team.leaving * 0.36 - 1.4 * climate + 0.5 * chance.normal(), 1, 0...60)
    return row
  }
}

// MARK: - Sites, the organization

extension ExampleOrganization {
  private static func row(of site: Site, at index: Int, month: Int) -> Row {
    var chance = Chance(stream: 7, index, month)
    let teams = Team.all.indices.filter { Team.all[$0].site == site.name }
    let load =
      teams.reduce(0) { $0 + self.load(of: Team.all[$1], at: $1, month: month) }
      / Double(teams.count)

    var row = Row(stream: 8, index, month)
    row.key("month", months[month])
    row.key("site", site.name)
    row.key("organization", "valley")
    row.number(
      "temporary_staff_share_pct", site.temporary + 6 * load + 0.8 * chance.normal(), 1, 0...60)
    row.number(
      "relief_shifts_per_100_staff", site.relief - 3 * load + 0.7 * chance.normal(), 1, 0...40)
    row.truth("inbox_pool_in_place", site.hasInboxPool(month))
    return row
  }

  private static func organization(month: Int) -> Row {
    var chance = Chance(stream: 9, 0, month)
    var row = Row(stream: 10, 0, month)
    row.key("month", months[month])
    row.key("organization", "valley")
    // The board sets a target for each calendar year.
    row.key("admin_time_target_pct", month < 2 ? "35" : "32")
    row.number("open_positions", 41 + 1.5 * Double(month) + 2 * chance.normal(), 0, 0...200)
    row.number("retaliation_reports", month < 4 ? 1 : month < 9 ? 2 : 3, 0, 0...50)
    return row
  }
}

// MARK: - Who is there

private struct Site: Sendable {
  let name: String
  let temporary: Double
  let relief: Double
  /// The month in which a pooled inbox starts; nil where there is none.
  let inboxPoolFrom: Int?

  func hasInboxPool(_ month: Int) -> Bool { inboxPoolFrom.map { month >= $0 } ?? false }

  static let all = [
    Site(name: "north", temporary: 7, relief: 9, inboxPoolFrom: 5),
    Site(name: "river", temporary: 11, relief: 6, inboxPoolFrom: nil),
    Site(name: "hill", temporary: 16, relief: 3, inboxPoolFrom: nil),
  ]
}

private struct Specialty: Sendable {
  let name: String
  let hours: Double
  let visits: Double
  let record: Double
  let evenings: Double
  let notes: Double
  let messages: Double
  let nonclinical: Double
  let shift: Double
  let solo: Double

  var ambulatory: Bool { visits > 0 }
  var rostered: Bool { shift > 0 }
  var hospitalBased: Bool { !ambulatory && name != "nursing" }
  var panel: Bool { ["family_medicine", "internal_medicine", "pediatrics"].contains(name) }

  static let family = clinic("family_medicine", 47, 19.2, 5.4, 2.05, 1.75, 222, 34)
  static let internist = clinic("internal_medicine", 48, 17.4, 5.5, 2.1, 1.85, 228, 34)
  static let pediatrics = clinic("pediatrics", 45, 23, 4.3, 1.65, 1.55, 190, 31)
  static let psychiatry = clinic("psychiatry", 43.5, 11.2, 2.8, 1.4, 1.7, 130, 33, solo: 34)
  static let cardiology = clinic("cardiology", 49.5, 16.0, 3.9, 1.6, 1.3, 165, 29)
  static let oncology = clinic("oncology", 48, 15.0, 4.8, 1.7, 1.4, 190, 31)
  static let obstetrics = clinic(
    "obstetrics_gynecology", 50, 20.0, 1.9, 0.95, 0.7, 150, 27, shift: 12.4)
  static let surgery = clinic("surgery", 52.5, 17.5, 1.7, 0.9, 0.68, 120, 25, shift: 12.2)
  static let emergency = hospital("emergency_medicine", 43.5, 25, 10.4)
  static let hospitalist = hospital("hospital_medicine", 47, 29, 12.0)
  static let anesthesia = hospital("anesthesiology", 48, 18, 11.8)
  static let nursing = hospital("nursing", 40.5, 26, 12.0)

  private static func clinic(
    _ name: String, _ hours: Double, _ visits: Double, _ record: Double, _ evenings: Double,
    _ notes: Double, _ messages: Double, _ nonclinical: Double, shift: Double = 0, solo: Double = 12
  ) -> Specialty {
    Specialty(
      name: name, hours: hours, visits: visits, record: record, evenings: evenings, notes: notes,
      messages: messages, nonclinical: nonclinical, shift: shift, solo: solo)
  }

  /// Nobody here works scheduled clinic sessions; note and message volumes of 1 only carry the
  /// clinician's habits into the working hours.
  private static func hospital(
    _ name: String, _ hours: Double, _ nonclinical: Double, _ shift: Double
  ) -> Specialty {
    Specialty(
      name: name, hours: hours, visits: 0, record: 1, evenings: 1, notes: 1, messages: 1,
      nonclinical: nonclinical, shift: shift, solo: 6)
  }
}

private struct Team: Sendable {
  let name: String
  let site: String
  let unit: String
  let members: [Specialty]
  /// 0 is usual; 1 is a strained team.
  var load = 0.0
  /// What a month adds to the load.
  var trend = 0.0
  /// 0 is usual; above it people are led well and heard.
  var culture = 0.0
  var remote = false
  /// Support is offered here, and those who use it pay for it.
  var penalised = false
  var structuralActions = 1
  var perks = 1

  var patientsPerNurse: Double {
    switch unit {
    case "ward": 4.1
    case "intensive_care": 1.7
    case "emergency": 3.3
    default: 0
    }
  }
  var volumePay: Double {
    unit == "clinic" || unit == "theatre" ? (site == "river" ? 82 : 58) : 12
  }
  /// Usual intent to leave, in percent.
  var leaving: Double { unit == "clinic" || unit == "theatre" ? 21 : 31 }

  /// One report that closes after half a year, in a team that is otherwise well.
  func isolatedReport(_ month: Int) -> Int { name == "surgery-north" && month < 6 ? 1 : 0 }

  static let all: [Team] = [
    north("family-north", "clinic", [(.family, 11)], 0.7, trend: 0.05, culture: -0.3),
    north("internal-north", "clinic", [(.internist, 11)], 0.05, culture: 0.3),
    north("pediatrics-north", "clinic", [(.pediatrics, 10)], -0.5, culture: 0.6),
    north("psychiatry-north", "clinic", [(.psychiatry, 7)], -0.1, culture: 0.1),
    north("cardiology-north", "clinic", [(.cardiology, 10)], 0.1),
    north("oncology-north", "clinic", [(.oncology, 10)], 0.2, culture: 0.4),
    north("obstetrics-north", "clinic", [(.obstetrics, 10)], -0.2, culture: 0.2),
    north("surgery-north", "theatre", [(.surgery, 11)], 0.1, culture: -0.2),
    north("anesthesia-north", "theatre", [(.anesthesia, 10)], -0.3, culture: 0.1),
    north("emergency-north", "emergency", [(.emergency, 8), (.nursing, 8)], 0.9, culture: -0.2),
    north("ward-north", "ward", [(.hospitalist, 6), (.nursing, 10)], 0.1, culture: 0.2),
    north(
      "intensive-north", "intensive_care", [(.anesthesia, 4), (.nursing, 12)], -0.1, culture: 0.5),
    river("family-river", "clinic", [(.family, 12)], -0.3, culture: 0.5),
    penalisedTeam,
    river("pediatrics-river", "clinic", [(.pediatrics, 9)], -0.4, culture: 0.2),
    river("psychiatry-river", "clinic", [(.psychiatry, 9)], 0, culture: -0.2),
    river("oncology-river", "clinic", [(.oncology, 6)], 0.3),
    river("obstetrics-river", "clinic", [(.obstetrics, 9)], 0.1, culture: -0.1),
    river("surgery-river", "theatre", [(.surgery, 10)], -0.2, culture: 0.1),
    river("emergency-river", "emergency", [(.emergency, 8), (.nursing, 8)], -0.1, culture: 0.2),
    perksTeam,
    hill("family-hill", "clinic", [(.family, 9)], 0.2, culture: 0.1),
    hill("internal-hill", "clinic", [(.internist, 6)], 0),
    hill("ward-hill", "ward", [(.hospitalist, 3), (.nursing, 10)], -0.2, culture: 0.3),
  ]

  private static var penalisedTeam: Team {
    var team = river("internal-river", "clinic", [(.internist, 14)], 0.9, culture: -1.4)
    team.penalised = true
    return team
  }

  /// Strained work conditions, answered with perks alone.
  private static var perksTeam: Team {
    var team = river("ward-river", "ward", [(.hospitalist, 6), (.nursing, 12)], 1.2, culture: -0.4)
    team.structuralActions = 0
    team.perks = 3
    return team
  }

  private static func north(
    _ name: String, _ unit: String, _ members: [(Specialty, Int)], _ load: Double,
    trend: Double = 0, culture: Double = 0
  ) -> Team {
    Team(
      name: name, site: "north", unit: unit, members: people(members), load: load, trend: trend,
      culture: culture)
  }

  private static func river(
    _ name: String, _ unit: String, _ members: [(Specialty, Int)], _ load: Double,
    culture: Double = 0
  ) -> Team {
    Team(
      name: name, site: "river", unit: unit, members: people(members), load: load, culture: culture)
  }

  /// A small site where colleagues are rarely there at the same time.
  private static func hill(
    _ name: String, _ unit: String, _ members: [(Specialty, Int)], _ load: Double,
    culture: Double = 0
  ) -> Team {
    Team(
      name: name, site: "hill", unit: unit, members: people(members), load: load, culture: culture,
      remote: unit == "clinic")
  }

  private static func people(_ members: [(Specialty, Int)]) -> [Specialty] {
    members.flatMap { Array(repeating: $0.0, count: $0.1) }
  }
}

// MARK: - Rows and chance

/// A row under construction: its cells, and a stream that decides which of them are missing.
private struct Row {
  private(set) var names: [String] = []
  private(set) var cells: [String] = []
  private var chance: Chance

  init(stream: Int, _ first: Int, _ second: Int) {
    chance = Chance(stream: stream, first, second)
  }

  mutating func key(_ name: String, _ text: String) {
    names.append(name)
    cells.append(text)
  }

  mutating func text(_ name: String, _ text: String) {
    let missing = chance.uniform() < 0.05
    key(name, missing ? "" : text)
  }

  mutating func truth(_ name: String, _ value: Bool) {
    text(name, value ? "true" : "false")
  }

  mutating func number(
    _ name: String, _ value: Double, _ decimals: Int, _ range: ClosedRange<Double>,
    applies: Bool = true
  ) {
    text(name, applies ? decimal(value, decimals, range) : "")
  }
}

/// A number inside a range, written with a fixed number of decimals.
private func decimal(_ value: Double, _ decimals: Int, _ range: ClosedRange<Double>) -> String {
  let scale = [1, 10, 100][decimals]
  let inside = min(max(value, range.lowerBound), range.upperBound)
  let units = Int((inside * Double(scale)).rounded())
  guard decimals > 0 else { return String(units) }
  let fraction = String(units % scale + scale).dropFirst()
  return "\(units / scale).\(fraction)"
}

/// SplitMix64, one stream per purpose and subject.
private struct Chance {
  private var random: SeededRandom

  init(stream: Int, _ first: Int, _ second: Int) {
    var seeds = SeededRandom(
      seed: 2026 &+ UInt64(stream) << 48 &+ UInt64(first) << 24 &+ UInt64(second))
    // Neighbouring seeds are mixed apart before they are used.
    random = SeededRandom(seed: seeds.next())
  }

  /// From 0 up to 1.
  mutating func uniform() -> Double {
    Double(random.next() >> 11) * 0x1p-53
  }

  /// About normal, mean 0 and deviation 1: the sum of twelve uniforms.
  mutating func normal() -> Double {
    var sum = -6.0
    for _ in 0..<12 { sum += uniform() }
    return sum
  }

}
