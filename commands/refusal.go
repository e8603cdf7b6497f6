package commands

import (
	"fmt"

	"ettervern/events"
)

// Refusal is a no to an event of right form: words for the asker, a stable code for the machine. It becomes a 422.
type Refusal struct {
	Code    string // stable: emitters branch on it
	Message string
	Pointer string // RFC 6901: the field it is about, "" for the whole event

	Faults []events.Fault // what is in the way, each by itself, where that is more than one thing
}

// faults is each thing that is in the way.
func (r *Refusal) faults() []events.Fault {
	if len(r.Faults) > 0 {
		return r.Faults
	}
	return []events.Fault{{Pointer: r.Pointer, Problem: r.Message}}
}

// Error is the refusal in words, with its code.
func (r *Refusal) Error() string { return fmt.Sprintf("%s: %s", r.Code, r.Message) }

func refusal(code, message, pointer string) *Refusal {
	return &Refusal{Code: code, Message: message, Pointer: pointer}
}

// The refusals. Codes are a contract with the emitters: they are never renamed, only added.
var (
	unregistered        = refusal("unregistered", "the youth is not registered; send YouthRegistered first", "/subject")
	alreadyRegistered   = refusal("already_registered", "the youth is registered already; correct the registration instead", "/type")
	measureStartedTwice = refusal("measure_started_twice", "this measure has started already", "/data/measureId")
	unknownMeasure      = refusal("unknown_measure", "no such measure has started for this youth", "/data/measureId")
	measureEndedTwice   = refusal("measure_ended_twice", "this measure has ended already", "/data/measureId")
	endedBeforeStart    = refusal("ended_before_start", "a measure cannot end before it started", "/time")
	alreadyUsed         = refusal("already_used", "this id was used before in this history", "/data")
	idTaken             = refusal("id_taken", "another source has used this event id in this history", "/id")
	idReused            = refusal("id_reused", "this source has used this id for an event with other content", "/id")
	unknownDecision     = refusal("unknown_decision", "no such decision was made for this youth", "/data/decisionId")
	unknownOffer        = refusal("unknown_offer", "no such offer was made to this youth", "/data/offerId")
	unknownHandover     = refusal("unknown_handover", "no such handover was sent for this youth", "/data/handoverId")
	unknownRequest      = refusal("unknown_request", "this youth made no such request", "/data/answersRequest")
	unknownComplaint    = refusal("unknown_complaint", "this youth filed no such complaint", "/data/complaintId")
	unknownPlan         = refusal("unknown_plan", "no such plan was adopted for this youth", "/data/planId")
	unknownEvent        = refusal("unknown_event", "this history holds no such event", "/data/eventId")
	otherType           = refusal("other_type", "a correction replaces an original by an event of the same type", "/data/replacement/type")
	notTheOriginal      = refusal("not_the_original", "a replacement has the id, source and subject of the original", "/data/replacement")
	isRetracted         = refusal("retracted", "the event has been retracted", "/data/eventId")
	retractionStands    = refusal("retraction_stands", "a retraction cannot be retracted; record the event anew", "/data/eventId")
	inTheFuture         = refusal("in_the_future", "it lies more than five minutes in the future", "/time")
	beforeBirth         = refusal("before_birth", "it lies before the youth was born, by the birth date known now", "/time")
	afterThirty         = refusal("after_30", "it lies after the 30th birthday, by the birth date known now", "/time")
	notTogether         = refusal("not_together", "an atomic batch is about one entity, at most 100 events and 256 KiB", "/subject")
	othersRefused       = refusal("others_refused", "nothing of this atomic batch was recorded, because of the others", "")
	idInFlight          = refusal("id_in_flight", "another event with this source and id may have been recorded; ask for its receipt", "/id")
	unknownDeviation    = refusal("unknown_deviation", "no such deviation was reported in this unit", "/data/deviationId")
	deviationClosed     = refusal("deviation_closed_twice", "this deviation has been closed already", "/data/deviationId")
	notOpened           = refusal("not_opened", "the supervision has not been opened; send SupervisionOpened first", "/subject")
	openedTwice         = refusal("opened_twice", "the supervision is open already; correct the opening instead", "/type")
	supervisionClosed   = refusal("supervision_closed", "the supervision has been closed; only corrections and retractions are taken", "/type")
	unitNotIncluded     = refusal("unit_not_included", "the unit is not one of those the supervision was opened for", "/data/unit")
	unknownFinding      = refusal("unknown_finding", "no such finding was recorded in this supervision", "/data/findingId")
	isErased            = refusal("erased", "the youth was erased from the ledger; nothing more is recorded about them", "/subject")
	notSealed           = refusal("not_sealed", "the ledger holds its entries in plain, and nobody can be erased from it", "")
	operatorsOnly       = refusal("operators_only", "only the ledger's operator records this, by ettervern shred", "/type")
	restrictedTwice     = refusal("restricted_twice", "the youth's history is restricted already", "/subject")
	notRestricted       = refusal("not_restricted", "the youth's history is not restricted", "/subject")
	rectifiedTwice      = refusal("rectified_twice", "this finding has been put right already", "/data/findingId")
)
