package events

import (
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// The closed code lists of domain § 5. Adding a code is a change of the contract with every emitter: it needs a
// line in docs/events.md's history and a golden file that holds it. Codes are never renamed or taken away.

// Service is who did it.
type Service string

// The services.
const (
	ChildWelfare     Service = "child_welfare" // barnevernstjenesten
	Nav              Service = "nav"           // Nav-kontoret, sosiale tjenester
	Health           Service = "health"        // helsetjenesten
	Supervisor       Service = "supervisor"    // statsforvalteren
	MunicipalService Service = "municipality"  // kommunen
)

var services = list[Service]{ChildWelfare, Nav, Health, Supervisor, MunicipalService}

// MeasureKind is what sort of measure (tiltak) it is, by its legal basis.
type MeasureKind string

// The kinds of measure.
const (
	Voluntary MeasureKind = "voluntary"  // hjelpetiltak
	CareOrder MeasureKind = "care_order" // omsorgsovertakelse
	Placement MeasureKind = "placement"  // plassering
	Behaviour MeasureKind = "behaviour"  // atferdstiltak
)

var measureKinds = list[MeasureKind]{Voluntary, CareOrder, Placement, Behaviour}

// EndReason is why a measure ended.
type EndReason string

var endReasons = list[EndReason]{"returned_home", "turned_18", "adopted", "declined", "age_limit", "other"}

// Topic is what the youth was informed of.
type Topic string

// TopicAftercare is the information about aftercare (ettervern).
const TopicAftercare Topic = "aftercare"

var topics = list[Topic]{TopicAftercare, "right_to_return", "complaint", "nav_services"}

// Form is how something was said.
type Form string

var forms = list[Form]{"oral", "written", "digital"}

// Purpose is why contact was attempted.
type Purpose string

// PurposeOneYear is to ask again within a year of the end of measures.
const PurposeOneYear Purpose = "one_year"

var purposes = list[Purpose]{"transition", "follow_up", PurposeOneYear}

// Channel is the way of reaching someone.
type Channel string

var channels = list[Channel]{"meeting", "phone", "sms", "letter", "email", "digital", "home_visit"}

// ContactOutcome is what came of an attempt at contact.
type ContactOutcome string

// The outcomes that reached the youth.
const (
	ContactAnswered ContactOutcome = "answered"
	ContactRefused  ContactOutcome = "refused"
)

var contactOutcomes = list[ContactOutcome]{ContactAnswered, "no_answer", "wrong_number", ContactRefused}

// Concern is what participation concerned.
type Concern string

// What participation concerns.
const (
	ConcernAftercare  Concern = "aftercare"
	ConcernNavMapping Concern = "nav_mapping"
)

var concerns = list[Concern]{ConcernAftercare, "decision", "plan", "ending", ConcernNavMapping}

// Mode is how the youth took part, in the register's codes.
type Mode string

// The modes of participation. Not having been given the chance is not the same as not having wanted to.
const (
	ModeTalk           Mode = "1.1" // samtale
	ModeRepresentative Mode = "1.2" // representant
	ModeObservation    Mode = "1.3" // observasjon
	ModeOther          Mode = "1.4" // annet
	ModeDenied         Mode = "2.1" // ikke fått anledning
	ModeUnwilling      Mode = "2.2" // ønsket ikke
)

var modes = list[Mode]{ModeTalk, ModeRepresentative, ModeObservation, ModeOther, ModeDenied, ModeUnwilling}

// Domain is a part of life that was assessed.
type Domain string

var domains = list[Domain]{"housing", "economy", "education_work", "health", "network", "daily_life"}

// Conclusion is what an assessment came to.
type Conclusion string

// NeedsNav brings about the duty to hand over to Nav.
const NeedsNav Conclusion = "needs_nav"

var conclusions = list[Conclusion]{"needs_aftercare", "no_need", NeedsNav, "declined"}

// Scope is what a consent covers.
type Scope string

// ScopeNavSharing is consent to sharing with Nav.
const ScopeNavSharing Scope = "nav_sharing"

var scopes = list[Scope]{"aftercare", ScopeNavSharing}

// DeclineReason is why an offer was turned down.
type DeclineReason string

var declineReasons = list[DeclineReason]{"wants_other_measure", "wants_none"}

// Outcome is what an individual decision (enkeltvedtak) came to.
type Outcome string

// The outcomes of a decision.
const (
	Continue Outcome = "continue" // videreføres
	Replace  Outcome = "replace"  // erstattes
	End      Outcome = "end"      // opphører
	Grant    Outcome = "grant"    // innvilges
	Refuse   Outcome = "refuse"   // avslås
)

var outcomes = list[Outcome]{Continue, Replace, End, Grant, Refuse}

// Reason is a part of a decision's statement of reasons (begrunnelse).
type Reason string

// BestInterests is the assessment of the child's best interests (barnets beste).
const BestInterests Reason = "best_interests"

var reasons = list[Reason]{"facts", "rules", "considerations", BestInterests, "youth_view"}

// ComplaintOutcome is what a complaint came to.
type ComplaintOutcome string

// Annulled is a decision set aside: it is treated as never made.
const Annulled ComplaintOutcome = "annulled"

var complaintOutcomes = list[ComplaintOutcome]{"upheld", "changed", Annulled, "dismissed"}

// PlanType is what sort of plan it is.
type PlanType string

// PlanAftercare is the plan for aftercare.
const PlanAftercare PlanType = "aftercare"

var planTypes = list[PlanType]{PlanAftercare, "individual", "measure"}

// HistoryAnswer is what the youth answered when asked about child welfare.
type HistoryAnswer string

var historyAnswers = list[HistoryAnswer]{"yes", "no", "would_not_say"}

// AddressClass is how strictly an address is protected.
type AddressClass string

var addressClasses = list[AddressClass]{"confidential", "strictly_confidential"}

// ResponsibilityBasis is why a municipality is responsible.
type ResponsibilityBasis string

var responsibilityBases = list[ResponsibilityBasis]{"section_3_6", "agreement", "decision", "merger"}

// BirthDateReason is why a birth date was corrected.
type BirthDateReason string

var birthDateReasons = list[BirthDateReason]{"register", "age_assessment", "typing_error"}

// RetractionReason is why an event was taken back.
type RetractionReason string

var retractionReasons = list[RetractionReason]{"wrong_person", "not_happened", "duplicate"}

// PrivacyReason is why a history was hidden, shown again or erased: GDPR articles 17 and 18.
type PrivacyReason string

var privacyReasons = list[PrivacyReason]{
	"accuracy_contested", // art. 18 (1) a
	"unlawful",           // art. 17 (1) d, 18 (1) b
	"legal_claim",        // art. 18 (1) c
	"objection",          // art. 17 (1) c, 18 (1) d
	"no_longer_needed",   // art. 17 (1) a, 18 (1) c
	"consent_withdrawn",  // art. 17 (1) b
	"legal_obligation",   // art. 17 (1) e
	"wrong_person",       // recorded about someone else
	"settled",            // what was contested or claimed is
}

// Routine is what a municipality's own routine is about.
type Routine string

// The topics of routines.
const (
	RoutineInGoodTime  Routine = "in_good_time"
	RoutineFollowUp    Routine = "follow_up"
	RoutinePlan        Routine = "plan"
	RoutineNavHandover Routine = "nav_handover"
	RoutineEnding      Routine = "ending"
)

var routines = list[Routine]{RoutineInGoodTime, RoutineFollowUp, RoutinePlan, RoutineNavHandover, RoutineEnding}

// FindingKind is how grave a finding is. Breach and deviation must be put right before a supervision is closed.
type FindingKind string

// The kinds of finding.
const (
	Breach    FindingKind = "breach"    // lovbrudd
	Deviation FindingKind = "deviation" // avvik, the word of 2008
	Remark    FindingKind = "remark"    // merknad
)

var findingKinds = list[FindingKind]{Breach, Deviation, Remark}

// Blocks tells whether a supervision cannot be closed before the finding is put right.
func (k FindingKind) Blocks() bool { return k == Breach || k == Deviation }

// Theme is what a finding is about.
type Theme string

var themes = list[Theme]{"information", "participation", "mapping", "assessment", "preparation", "plan", "follow_up", "ending",
	"cooperation", "coordination", "documentation", "detection", "training", "governance", "other"}

// Themes lists the themes of findings as they are written.
func Themes() []string { return themes.strings() }

// PlanPart is a part that a plan for putting a breach right must have.
type PlanPart string

var planParts = list[PlanPart]{"measures", "control_of_execution", "control_of_effect", "expected_date"}

// Answer is a yes or no that may not have been documented. The zero Answer is not documented.
type Answer uint8

// The answers.
const (
	NotDocumented Answer = iota
	No
	Yes
)

// list is a closed code list.
type list[T ~string] []T

// find is the list's own string for a code, so that decoding makes no copies.
func (l list[T]) find(code []byte) (T, bool) {
	for _, c := range l {
		if string(c) == string(code) {
			return c, true
		}
	}
	return "", false
}

func (l list[T]) strings() []string {
	all := make([]string, len(l))
	for i, c := range l {
		all[i] = string(c)
	}
	return all
}

func findCode[T ~string](raw jsontext.Value, of list[T]) (T, bool) {
	if raw.Kind() != '"' {
		return "", false
	}
	return of.find(unquote(raw))
}

func oneOf[T ~string](of list[T]) string { return "must be one of " + strings.Join(of.strings(), ", ") }
