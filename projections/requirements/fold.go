package requirements

import (
	"math"
	"slices"

	"ettervern/events"
)

// describe fills in what judging needs of an event, and packs the ids it refers to behind its own.
// An event that no requirement asks about is kept as other, so that it can be retracted and counted.
func (f *Facts) describe(to *fact, o *events.Occurrence, recorded events.Date) {
	to.date = o.Date()
	to.lag = int16(max(math.MinInt16, min(math.MaxInt16, int(recorded-to.date))))
	switch e := o.Event.(type) {
	case *events.YouthRegistered:
		// The date of what says who someone is does not count, so the birth date lies in its place.
		to.kind, to.date, to.municipality, to.code = registered, e.BirthDate, municipalityNumber(e.Municipality), districtNumber(e.District)
	case *events.BirthDateCorrected:
		to.kind, to.date = birthDate, e.BirthDate
	case *events.ResponsibilityAssigned:
		to.kind, to.municipality, to.code = responsibility, municipalityNumber(e.Municipality), districtNumber(e.District)
	case *events.YouthDied:
		to.kind = died
	case *events.YouthMerged:
		to.kind = merged
	case *events.MeasureStarted:
		to.kind, to.code, to.municipality = measureStarted, uint8(kindsOf(e.Kind)), municipalityNumber(e.Municipality)
		f.putID(e.MeasureID)
	case *events.MeasureEnded:
		to.kind = measureEnded
		f.putID(e.MeasureID)
		f.putID(e.DecisionID)
	default:
		f.describeTransition(to, o)
	}
}

func (f *Facts) describeTransition(to *fact, o *events.Occurrence) {
	switch e := o.Event.(type) {
	case *events.InformationGiven:
		to.kind, to.service = informationGiven, serviceOf(e.Service)
		to.set(ofAftercare, slices.Contains(e.Topics, events.TopicAftercare))
		to.set(adapted, e.Adapted)
	case *events.ParticipationRecorded:
		to.kind, to.service, to.code = participation, serviceOf(e.Service), modeOf(e.Mode)
		to.set(ofAftercare, e.Concerning == events.ConcernAftercare)
		to.set(ofNav, e.Concerning == events.ConcernNavMapping)
	case *events.AssessmentCompleted:
		to.kind, to.service = assessment, serviceOf(e.Service)
		if e.Conclusion == events.NeedsNav {
			to.code = needsNav
		}
	case *events.ContactAttempted:
		to.kind, to.code = contactAttempted, contactOf(e)
	case *events.CooperationMeetingHeld:
		to.kind = meetingHeld
		to.set(ofNav, slices.Contains(e.Services, events.ChildWelfare) && slices.Contains(e.Services, events.Nav))
	case *events.FollowUpHeld:
		to.kind, to.service = followedUp, serviceOf(e.Service)
	default:
		f.describeCase(to, o)
	}
}

func (f *Facts) describeCase(to *fact, o *events.Occurrence) {
	switch e := o.Event.(type) {
	case *events.AftercareRequested:
		to.kind = requested
		f.putID(e.RequestID)
	case *events.DecisionMade:
		to.kind, to.service, to.code = decisionMade, serviceOf(e.Service), outcomeOf(e.Outcome)
		to.set(inWriting, e.InWriting)
		to.set(bestInterests, slices.Contains(e.Reasons, events.BestInterests))
		to.set(unsaid, len(e.Reasons) == 0 && o.Source == events.RegisterSource)
		f.putID(e.DecisionID)
		f.putID(e.AnswersRequest)
	case *events.DecisionNotified:
		to.kind = decisionNotified
		to.set(complaintRight, e.ComplaintRightStated)
		f.putID(e.DecisionID)
	case *events.ComplaintDecided:
		to.kind = complaintDecided
		if e.Outcome == events.Annulled {
			to.code = setAside
		}
		f.putID(e.DecisionID)
	case *events.AftercareOffered:
		to.kind = offered
		f.putID(e.OfferID)
	case *events.OfferDeclined:
		to.kind = declined
		f.putID(e.OfferID)
	case *events.ConsentWithdrawn:
		to.kind = consentWithdrawn
		to.set(ofNav, e.Scope == events.ScopeNavSharing)
	case *events.PlanAdopted:
		to.kind = planAdopted
		to.set(ofAftercare, e.PlanType == events.PlanAftercare)
		f.putID(e.PlanID)
	case *events.PlanEvaluated:
		to.kind = planEvaluated
		f.putID(e.PlanID)
	default:
		f.describeHandover(to, o.Event)
	}
}

func (f *Facts) describeHandover(to *fact, event events.Event) {
	switch e := event.(type) {
	case *events.NavHandoverSent:
		to.kind = handoverSent
		f.putID(e.HandoverID)
	case *events.NavHandoverReceived:
		to.kind, to.code = handoverAnswered, taken
		f.putID(e.HandoverID)
	case *events.NavHandoverAccepted:
		to.kind, to.code = handoverAnswered, taken
		f.putID(e.HandoverID)
	case *events.NavHandoverRejected:
		to.kind = handoverAnswered
		f.putID(e.HandoverID)
	default:
	}
}

func (f *fact) set(b bits, yes bool) {
	if yes {
		f.bits |= b
	}
}

func (f *fact) has(b bits) bool { return f.bits&b == b }

// What fact.code says, by kind of fact.
const (
	setAside uint8 = 1 // complaintDecided

	tookPart  uint8 = 1 // participation: modes 1.1 to 1.4
	denied    uint8 = 2 // mode 2.1
	unwilling uint8 = 3 // mode 2.2

	carriesOn uint8 = 1 // decisionMade: continue or replace
	ends      uint8 = 2 // end
	refuses   uint8 = 3 // refuse

	needsNav uint8 = 1 // assessment

	reached    uint8 = 1 // contactAttempted, one year after: answered or refused
	notReached uint8 = 2 // no answer, wrong number

	taken uint8 = 1 // handoverAnswered: received or accepted
)

// Kinds is a set of kinds of measure.
type Kinds uint8

// The kinds of measure of the register.
const (
	Voluntary Kinds = 1 << iota
	CareOrder
	Placement
	Behaviour
	allKinds = Voluntary | CareOrder | Placement | Behaviour
)

func kindsOf(k events.MeasureKind) Kinds {
	switch k {
	case events.Voluntary:
		return Voluntary
	case events.CareOrder:
		return CareOrder
	case events.Placement:
		return Placement
	case events.Behaviour:
		return Behaviour
	}
	return 0
}

func serviceOf(s events.Service) service {
	switch s {
	case events.ChildWelfare:
		return childWelfare
	case events.Nav:
		return nav
	}
	return otherService
}

func modeOf(m events.Mode) uint8 {
	switch m {
	case events.ModeDenied:
		return denied
	case events.ModeUnwilling:
		return unwilling
	}
	return tookPart
}

func outcomeOf(o events.Outcome) uint8 {
	switch o {
	case events.Continue, events.Replace:
		return carriesOn
	case events.End:
		return ends
	case events.Refuse:
		return refuses
	}
	return 0
}

func contactOf(e *events.ContactAttempted) uint8 {
	switch {
	case e.Purpose != events.PurposeOneYear:
		return 0
	case e.Outcome == events.ContactAnswered || e.Outcome == events.ContactRefused:
		return reached
	}
	return notReached
}

// place is a municipality and, where it has them, a district: its number plus one.
type place struct {
	municipality uint16
	district     uint8
}

// districtNumber is a two-digit district number plus one; 0 for none.
func districtNumber(s string) uint8 {
	if s == "" {
		return 0
	}
	return (s[0]-'0')*10 + s[1] - '0' + 1
}

func formatDistrict(n uint8) string { return string([]byte{'0' + (n-1)/10, '0' + (n-1)%10}) }

// municipalityNumber is a four-digit municipality number as a number; 0 for none.
func municipalityNumber(s string) uint16 {
	n := uint16(0)
	for i := range len(s) {
		n = n*10 + uint16(s[i]-'0')
	}
	return n
}

// ParseMunicipality reads a municipality number of four digits.
func ParseMunicipality(s string) (uint16, bool) {
	if len(s) != 4 {
		return 0, false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
	}
	return municipalityNumber(s), true
}

// FormatMunicipality is the number in four digits, as the register writes it; nothing for none.
func FormatMunicipality(n uint16) string {
	if n == 0 {
		return ""
	}
	return string([]byte{'0' + byte(n/1000%10), '0' + byte(n/100%10), '0' + byte(n/10%10), '0' + byte(n%10)})
}
