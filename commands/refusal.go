package commands

import "fmt"

// Refusal is a no to an event of right form: words for the asker, a stable code for the machine. It becomes a 422.
type Refusal struct {
	Code    string // stable: emitters branch on it
	Message string
	Pointer string // RFC 6901: the field it is about, "" for the whole event
}

// Error is the refusal in words, with its code.
func (r *Refusal) Error() string { return fmt.Sprintf("%s: %s", r.Code, r.Message) }

// The refusals. Codes are a contract with the emitters: they are never renamed, only added.
var (
	unregistered        = &Refusal{"unregistered", "the youth is not registered; send YouthRegistered first", "/subject"}
	alreadyRegistered   = &Refusal{"already_registered", "the youth is registered already; correct the registration instead", "/type"}
	measureStartedTwice = &Refusal{"measure_started_twice", "this measure has started already", "/data/measureId"}
	unknownMeasure      = &Refusal{"unknown_measure", "no such measure has started for this youth", "/data/measureId"}
	measureEndedTwice   = &Refusal{"measure_ended_twice", "this measure has ended already", "/data/measureId"}
	endedBeforeStart    = &Refusal{"ended_before_start", "a measure cannot end before it started", "/time"}
	alreadyUsed         = &Refusal{"already_used", "this id was used before for this youth", "/data"}
	idTaken             = &Refusal{"id_taken", "another source has used this event id for this youth", "/id"}
	idReused            = &Refusal{"id_reused", "this source has used this id for an event with other content", "/id"}
	unknownDecision     = &Refusal{"unknown_decision", "no such decision was made for this youth", "/data/decisionId"}
	unknownOffer        = &Refusal{"unknown_offer", "no such offer was made to this youth", "/data/offerId"}
	unknownHandover     = &Refusal{"unknown_handover", "no such handover was sent for this youth", "/data/handoverId"}
	unknownRequest      = &Refusal{"unknown_request", "this youth made no such request", "/data/answersRequest"}
	unknownComplaint    = &Refusal{"unknown_complaint", "this youth filed no such complaint", "/data/complaintId"}
	unknownPlan         = &Refusal{"unknown_plan", "no such plan was adopted for this youth", "/data/planId"}
	unknownEvent        = &Refusal{"unknown_event", "this youth's history holds no such event", "/data/eventId"}
	otherType           = &Refusal{"other_type", "a correction replaces an original by an event of the same type", "/data/replacement/type"}
	notTheOriginal      = &Refusal{"not_the_original", "a replacement has the id, source and subject of the original", "/data/replacement"}
	isRetracted         = &Refusal{"retracted", "the event has been retracted", "/data/eventId"}
	retractionStands    = &Refusal{"retraction_stands", "a retraction cannot be retracted; record the event anew", "/data/eventId"}
	inTheFuture         = &Refusal{"in_the_future", "it lies more than five minutes in the future", "/time"}
	beforeBirth         = &Refusal{"before_birth", "it lies before the youth was born, by the birth date known now", "/time"}
	afterThirty         = &Refusal{"after_30", "it lies after the 30th birthday, by the birth date known now", "/time"}
	notTogether         = &Refusal{"not_together", "an atomic batch is about one entity, at most 100 events", "/subject"}
	othersRefused       = &Refusal{"others_refused", "nothing of this atomic batch was recorded, because of the others", ""}
	idInFlight          = &Refusal{"id_in_flight", "another event with this source and id is being recorded; ask for its receipt", "/id"}
)
