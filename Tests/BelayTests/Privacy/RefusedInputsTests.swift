import Belay
import Diagnostics
import Testing

@Suite struct RefusedInputsTests {
  /// What is said of a policy with one input.
  private static func refusals(_ name: String, _ keys: String) -> [String] {
    MemoryFiles(
      """
      belay: 1
      policy: example
      crisis_resources: [{region: US, name: Lifeline, contact: "988"}]
      inputs:
        provider_id: {type: text, role: provider}
        team: {type: text, role: team}
        \(name): {\(keys)}
      """
    ).diagnostics.filter { $0.code == .refusedInput }.map(\.message)
  }

  @Test(arguments: [
    ("phq9_item_9", "suicidality"), ("phq9Total", "suicidality"), ("PHQ2", "suicidality"),
    ("suicidal_ideation", "suicidality"), ("suicide_risk_screenings", "suicidality"),
    ("selfHarmNotes", "suicidality"),
    ("diagnosis", "a person's diagnosis"), ("primary_dx", "a person's diagnosis"),
    ("icd10", "a person's diagnosis"), ("has_depression", "a person's diagnosis"),
    ("gad7", "a person's diagnosis"), ("depression_screening_score", "a person's diagnosis"),
    ("diagnosis_rate_pct", "a person's diagnosis"),
    ("takes_medication", "a person's medication"), ("meds", "a person's medication"),
    ("employee_medication_requests", "a person's medication"),
    ("in_treatment", "a person's treatment"), ("own_therapy_sessions", "a person's treatment"),
    ("eap_visits", "the use of an assistance programme"),
    ("EAPUse", "the use of an assistance programme"),
    ("employee_assistance_program_contacts", "the use of an assistance programme"),
    ("is_pregnant", "pregnancy"), ("on_maternity_leave", "pregnancy"),
    ("disability_status", "disability"), ("disabled", "disability"),
    ("employee_disability_forms", "disability"),
    ("union", "union activity"), ("union_member", "union activity"),
    ("grievances_12m", "a named person's grievance"), ("complainant_id", "who complained"),
    ("location", "a person's location"), ("current_location", "a person's location"),
    ("gps_track", "a person's location"), ("home_address", "a person's location"),
    ("message_text", "what messages say"), ("inbox_message_sentiment", "what messages say"),
    ("body_of_emails", "what messages say"),
  ])
  func `what may not be here is refused by its name`(_ name: String, _ topic: String) {
    #expect(
      Self.refusals(name, "type: number") == [
        "input `\(name)` is about \(topic), which has no place in a policy"
      ])
  }

  @Test(arguments: [
    "diagnostic_imaging_volume", "diagnosis_codes_entered_per_day", "patients_per_diagnosis",
    "medication_orders_per_day", "medication_refill_requests", "medication_reconciliations",
    "treatment_rooms", "treatment_plans_written", "treatment_sessions_per_day", "fair_treatment",
    "respectful_treatment_pct", "depression_screenings", "respiratory_depression_events",
    "icd_implants_per_month", "mediation_hours", "edx_messages",
    "eap_available", "pregnancy_visits", "disability_forms_per_week", "notifications_disabled",
    "union_square_visits", "credit_union", "reunion_days",
    "patient_grievances", "complaints_answered_pct",
    "site_location", "clinic_location_code", "locations_per_week", "gps_per_site",
    "decision_latitude", "relocation_costs",
    "text_messages_per_day", "inbox_messages_per_week_cfte", "message_count", "email_minutes",
    "item_9", "ideation_sessions", "phquality",
  ])
  func `work and words alike are not refused`(_ name: String) {
    #expect(Self.refusals(name, "type: number") == [])
  }

  @Test func `columns, labels and instruments are looked at too`() {
    for keys in [
      "column: \"Dx 1\"", "label: Takes antidepressants", "column: PHQ_9_TOTAL",
      "instrument: {name: PHQ-9, direction: higher_is_worse}", "label: \"Überblick PHQ–9\"",
      "instrument: {name: \"Columbia (C-SSRS)\", direction: higher_is_worse}",
    ] {
      #expect(Self.refusals("load", "type: number, \(keys)").count == 1, "\(keys)")
    }
    #expect(
      Self.refusals(
        "load", "type: number, instrument: {name: Task Load, direction: higher_is_worse}")
        == [])
  }

  @Test func `of groups some things may be counted`() {
    #expect(Self.refusals("grievances_per_100fte", "type: number, scope: team") == [])
    #expect(Self.refusals("complainants", "type: number, scope: team").count == 1)
    #expect(Self.refusals("pregnancies", "type: number, scope: team").count == 1)
  }

  @Test func `a site may be called a location`() {
    #expect(Self.refusals("location", "type: text, role: site") == [])
    #expect(Self.refusals("location", "type: text, role: group") == [])
    #expect(Self.refusals("location", "type: text").count == 1)
    #expect(Self.refusals("diagnosis", "type: text, role: group").count == 1)
  }
}
