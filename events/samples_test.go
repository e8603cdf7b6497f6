package events_test

import (
	"time"

	"ettervern/events"
)

const youth = "7b0c8f5e-5a43-4c6e-9a55-2f0e7a1d9c01"

var filed = events.Document{ID: "sak-2025.117:4", SHA256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}

// samples holds one event of every type with most of its fields set. The golden files were made from it once; they
// no longer follow it.
var samples = []events.Event{
	&events.YouthRegistered{BirthDate: events.MustDate("2008-02-29"), Municipality: "0301", District: "04"},
	&events.BirthDateCorrected{BirthDate: events.MustDate("2007-03-14"), Reason: "age_assessment"},
	&events.ResponsibilityAssigned{Municipality: "3020", District: "01", Basis: "section_3_6"},
	&events.ResidenceChanged{Municipality: "4601"},
	&events.AddressProtected{Class: "strictly_confidential"},
	&events.AddressProtectionLifted{Class: "confidential"},
	&events.YouthDied{},
	&events.YouthMerged{Into: "0c9d4f6a-0d0b-4d52-8a1c-5a3f2b7e6d10"},
	&events.MeasureStarted{MeasureID: "tiltak-1", Kind: events.Placement, Category: "4.6", LegalBasis: "BVL2021 § 3-2", Municipality: "3020"},
	&events.MeasureEnded{MeasureID: "tiltak-1", Reason: "turned_18", DecisionID: "vedtak-7"},
	&events.InformationGiven{
		Service: events.ChildWelfare, Topics: []events.Topic{"aftercare", "right_to_return", "complaint"},
		Form: "oral", Adapted: true, Language: "se", Interpreter: events.Yes,
	},
	&events.ContactAttempted{Service: events.ChildWelfare, Purpose: "one_year", Channel: "sms", Outcome: "no_answer"},
	&events.ParticipationRecorded{Service: events.ChildWelfare, Concerning: "aftercare", Mode: events.ModeDenied, Document: filed},
	&events.AssessmentCompleted{Service: events.Nav, Domains: []events.Domain{"housing", "economy"}, Conclusion: "needs_nav", Document: filed},
	&events.CooperationMeetingHeld{Services: []events.Service{events.ChildWelfare, events.Nav, events.Health}, YouthPresent: true},
	&events.AftercareOffered{OfferID: "tilbud-3", Measures: []string{"4.6", "2", "10.12"}, AnswerBy: events.MustDate("2026-01-31")},
	&events.ConsentGiven{OfferID: "tilbud-3", Scope: "aftercare", Form: "digital"},
	&events.OfferDeclined{OfferID: "tilbud-3", Reason: "wants_none", ToldMayReturn: events.No},
	&events.ConsentWithdrawn{Scope: "nav_sharing"},
	&events.AftercareRequested{RequestID: "soknad-1"},
	&events.DecisionMade{
		DecisionID: "vedtak-7", Service: events.ChildWelfare, Outcome: events.Refuse, LegalBasis: "BVL2021 § 3-6 (1) – jf. § 12-5",
		InWriting: true, Reasons: []events.Reason{"facts", "best_interests"}, AnswersRequest: "soknad-1",
	},
	&events.DecisionNotified{DecisionID: "vedtak-7", Channel: "letter", ComplaintRightStated: true},
	&events.ComplaintFiled{ComplaintID: "klage-1", DecisionID: "vedtak-7"},
	&events.ComplaintForwarded{ComplaintID: "klage-1", DecisionID: "vedtak-7"},
	&events.ComplaintDecided{ComplaintID: "klage-1", DecisionID: "vedtak-7", Outcome: events.Annulled},
	&events.PlanAdopted{PlanID: "plan-2", PlanType: "aftercare", AgreedByYouth: events.Yes, ValidTo: events.MustDate("2027-12-31")},
	&events.PlanEvaluated{PlanID: "plan-2", YouthTookPart: events.No},
	&events.FollowUpHeld{Service: events.ChildWelfare, YouthMet: events.Yes},
	&events.NavHandoverSent{HandoverID: "overgang-1", Office: "0219", Consented: true},
	&events.NavHandoverReceived{HandoverID: "overgang-1"},
	&events.NavHandoverAccepted{HandoverID: "overgang-1"},
	&events.NavHandoverRejected{HandoverID: "overgang-1", Reason: "wrong_office"},
	&events.ChildWelfareHistoryAsked{Answer: "would_not_say"},
	&events.CoordinatorAppointed{Service: events.MunicipalService},
	&events.YouthRestricted{Reason: "accuracy_contested"},
	&events.RestrictionLifted{Reason: "settled"},
	&events.YouthErased{Reason: "unlawful", Clearance: "Arkivverket 2026/1234", KeyGoneFrom: events.MustDate("2027-02-23")},
	&events.CooperationAgreementSigned{Parties: []string{"3020-child_welfare", "3020-nav", "0301_04-health"}, ValidTo: events.MustDate("2027-12-31")},
	&events.CooperationForumHeld{Services: []events.Service{events.ChildWelfare, events.Nav}},
	&events.TrainingHeld{Topic: "aftercare_law", Services: []events.Service{events.Nav}},
	&events.CooperationReviewed{Findings: true, Document: filed},
	&events.AttendanceReviewed{Service: events.Nav},
	&events.ChildrenOfUsersReviewed{Service: events.Health},
	&events.UnitServes{Municipalities: []string{"3020", "3022"}},
	&events.ConcernStatisticsReviewed{Period: "2024-Q1", Services: []events.Service{events.ChildWelfare, events.Health}},
	&events.EffectivenessReviewed{Document: filed},
	&events.RoutineAdopted{Topic: events.RoutineInGoodTime, Value: events.Duration{Months: 9}},
	&events.DeviationReported{DeviationID: "avvik-4", Topic: "late_plan"},
	&events.DeviationClosed{DeviationID: "avvik-4", Topic: "late_plan"},
	&events.UnitsMerged{From: []string{"0213-child_welfare", "0217-child_welfare"}, To: "3020-child_welfare"},
	&events.UnitRenumbered{From: "0213-nav", To: "3020-nav"},
	&events.SupervisionOpened{Theme: "aftercare", Year: 2019, Authority: "Statsforvalteren i Vestland", Units: []string{"3020-child_welfare", "3020-nav"}},
	&events.VisitHeld{From: events.MustDate("2019-05-07"), To: events.MustDate("2019-05-09")},
	&events.DraftReportSent{CommentsBy: events.MustDate("2019-12-01")},
	&events.CommentsReceived{},
	&events.FindingRecorded{FindingID: "funn-1", Unit: "3020-nav", Kind: events.Breach, Themes: []events.Theme{"participation", "mapping"}, LegalBasis: "STL §§ 17, 42", RectifyBy: events.MustDate("2020-06-30")},
	&events.ReportIssued{},
	&events.PlanDemanded{Deadline: events.MustDate("2020-02-01")},
	&events.PlanReceived{Parts: []events.PlanPart{"measures", "control_of_execution", "control_of_effect", "expected_date"}, ExpectedDate: events.MustDate("2020-05-01")},
	&events.PlanAssessed{Sufficient: true},
	&events.FindingRectified{FindingID: "funn-1", Evidence: filed},
	&events.SupervisionClosed{},
	&events.SubmissionRead{
		CaseID: "27e9e06f-59b4-4e92-affd-deeaa842bc19", SubmissionID: "d39630d6-9c90-41ef-a56b-adf9a7e6529b",
		PreviousID: "9474031b-7f26-444b-9828-9fcd59a54a7b", SecretID: "5f0a8c3d-9b2e-8716-9c11-02d4c5a7e3b8", Whole: false,
		Confirmed: []string{"15b40aeb-a4a4-8eff-8cb5-73d95810d60e"}, Empty: []string{"fe3c9c8f-2b85-8c1f-a8aa-ca51b98c67c2"},
	},
	&events.EventCorrected{
		EventID: "0190a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b", Reason: "wrong_date",
		Replacement: events.Submission{Entity: events.YouthEntity(youth), Occurrence: occurrence(
			&events.PlanEvaluated{PlanID: "plan-2", YouthTookPart: events.Yes})},
	},
	&events.EventRetracted{EventID: "0190a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b", Reason: "wrong_person"},
}

func occurrence(e events.Event) events.Occurrence {
	return events.Occurrence{
		ID: "0190a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b", Source: "/fagsystem/familia/3020",
		Time: time.Date(2025, 3, 14, 10, 30, 0, 0, time.UTC), CorrelationID: "sak-2025-117", CausationID: "oppgave-9",
		Event: e,
	}
}

const unit = "3020-child_welfare"

// about is an entity that events of the type are about; of those about any, a youth.
func about(name string) events.Entity {
	row, _ := events.ByType("ettervern." + name + ".v1")
	switch row.Entity {
	case events.Unit:
		return events.Entity{Kind: events.Unit, ID: unit}
	case events.Supervision:
		return events.Entity{Kind: events.Supervision, ID: youth}
	}
	return events.YouthEntity(youth)
}

func entry(e events.Event) events.Entry {
	return events.Entry{
		Entity: about(nameOf(e)), Number: 3, Actor: "emitter", Sequence: 7,
		Recorded: time.Date(2025, 3, 14, 10, 31, 2, 123456000, time.UTC),
		Events:   []events.Occurrence{occurrence(e)},
	}
}

func nameOf(e events.Event) string { return events.RowOf(e).Name }
