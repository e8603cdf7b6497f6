package commands

import "ettervern/events"

// footprint is what an event leaves in a history: the thing it gives a name to, or whose name it ends, and the things
// it refers to. A new event type must find its place here: the switch is checked to be exhaustive.
type footprint struct {
	name string
	refs []reference
}

type reference struct {
	to      uint8  // the type of event that gave the name
	id      string // "" when the optional reference is absent
	unknown error
}

func footprintOf(e events.Event) footprint {
	switch e := e.(type) {
	case *events.MeasureStarted:
		return footprint{name: e.MeasureID}
	case *events.MeasureEnded:
		return footprint{e.MeasureID, []reference{{started, e.MeasureID, unknownMeasure}, {decided, e.DecisionID, unknownDecision}}}
	case *events.AftercareOffered:
		return footprint{name: e.OfferID}
	case *events.ConsentGiven:
		return to(offered, e.OfferID, unknownOffer)
	case *events.OfferDeclined:
		return to(offered, e.OfferID, unknownOffer)
	case *events.AftercareRequested:
		return footprint{name: e.RequestID}
	case *events.DecisionMade:
		return footprint{e.DecisionID, []reference{{requested, e.AnswersRequest, unknownRequest}}}
	case *events.DecisionNotified:
		return to(decided, e.DecisionID, unknownDecision)
	case *events.ComplaintFiled:
		return footprint{e.ComplaintID, []reference{{decided, e.DecisionID, unknownDecision}}}
	case *events.ComplaintForwarded:
		return ofComplaint(e.ComplaintID, e.DecisionID)
	case *events.ComplaintDecided:
		return ofComplaint(e.ComplaintID, e.DecisionID)
	case *events.PlanAdopted:
		return footprint{name: e.PlanID}
	case *events.PlanEvaluated:
		return to(planned, e.PlanID, unknownPlan)
	case *events.NavHandoverSent:
		return footprint{name: e.HandoverID}
	case *events.NavHandoverReceived:
		return to(handedOver, e.HandoverID, unknownHandover)
	case *events.NavHandoverAccepted:
		return to(handedOver, e.HandoverID, unknownHandover)
	case *events.NavHandoverRejected:
		return to(handedOver, e.HandoverID, unknownHandover)
	case *events.DeviationReported:
		return footprint{name: e.DeviationID}
	case *events.DeviationClosed:
		return footprint{e.DeviationID, []reference{{reported, e.DeviationID, unknownDeviation}}}
	case *events.FindingRecorded:
		return footprint{name: e.FindingID}
	case *events.FindingRectified:
		return footprint{e.FindingID, []reference{{found, e.FindingID, unknownFinding}}}
	case *events.CooperationAgreementSigned, *events.CooperationForumHeld, *events.TrainingHeld, *events.CooperationReviewed,
		*events.AttendanceReviewed, *events.ChildrenOfUsersReviewed, *events.UnitServes, *events.ConcernStatisticsReviewed,
		*events.EffectivenessReviewed, *events.RoutineAdopted, *events.UnitsMerged, *events.UnitRenumbered:
	case *events.SupervisionOpened, *events.VisitHeld, *events.DraftReportSent, *events.CommentsReceived, *events.ReportIssued,
		*events.PlanDemanded, *events.PlanReceived, *events.PlanAssessed, *events.SupervisionClosed:
	case *events.YouthRegistered, *events.BirthDateCorrected, *events.ResponsibilityAssigned, *events.ResidenceChanged,
		*events.AddressProtected, *events.AddressProtectionLifted, *events.YouthDied, *events.YouthMerged,
		*events.FollowUpHeld, *events.InformationGiven, *events.ContactAttempted, *events.ParticipationRecorded,
		*events.AssessmentCompleted, *events.CooperationMeetingHeld, *events.ConsentWithdrawn, *events.CoordinatorAppointed,
		*events.ChildWelfareHistoryAsked, *events.SubmissionRead, *events.EventCorrected, *events.EventRetracted,
		*events.YouthRestricted, *events.RestrictionLifted, *events.YouthErased:
	case *events.ContentsShown, *events.AccessesForgotten: // of another ledger
	}
	return footprint{}
}

func to(of uint8, id string, unknown error) footprint {
	return footprint{refs: []reference{{of, id, unknown}}}
}

func ofComplaint(complaint, decision string) footprint {
	return footprint{refs: []reference{{complained, complaint, unknownComplaint}, {decided, decision, unknownDecision}}}
}
