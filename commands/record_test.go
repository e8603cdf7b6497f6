package commands_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ettervern/commands"
)

// A history is written as one event a line: id, date, type and data. The last line is the one in question.
const registration = `r 2024-01-10 YouthRegistered {"birthDate":"2008-02-03","municipality":"0301"}` + "\n"

const (
	measure  = `m 2024-02-01 MeasureStarted {"measureId":"m1","kind":"voluntary","category":"4.6","legalBasis":"BVL2021 § 3-1"}` + "\n"
	ending   = `e 2025-02-01 MeasureEnded {"measureId":"m1","reason":"other"}` + "\n"
	decision = `d 2024-02-01 DecisionMade {"decisionId":"d1","service":"child_welfare","outcome":"end","legalBasis":"BVL2021 § 3-6","inWriting":true,"reasons":[]}` + "\n"
	offer    = `o 2024-02-01 AftercareOffered {"offerId":"o1","measures":["4.6"]}` + "\n"
	request  = `q 2024-02-01 AftercareRequested {"requestId":"q1"}` + "\n"
	handover = `h 2024-02-01 NavHandoverSent {"handoverId":"h1","office":"0301","consented":true}` + "\n"
	plan     = `p 2024-02-01 PlanAdopted {"planId":"p1","planType":"aftercare"}` + "\n"
	filed    = `c 2024-02-01 ComplaintFiled {"complaintId":"c1","decisionId":"d1"}` + "\n"
)

func again(line string) string { return "2" + line }

func correction(id, of, date, data string) string {
	return correctionBy(id, of, "/fagsystem", of, date, data)
}

func correctionBy(id, of, source, replaces, date, data string) string {
	name, body, _ := strings.Cut(data, " ")
	return fmt.Sprintf(`%s 2025-06-01 EventCorrected {"eventId":%q,"reason":"typing_error","replacement":%s}`+"\n", id, of,
		cloudEvent(anna, source, replaces, name, date, body))
}

func retraction(id, of string) string {
	return fmt.Sprintf(`%s 2025-06-01 EventRetracted {"eventId":%q,"reason":"not_happened"}`+"\n", id, of)
}

const startM1 = `MeasureStarted {"measureId":"m1","kind":"voluntary","category":"4.6","legalBasis":"BVL2021 § 3-1"}`

func TestWhatIsRefusedAndWhatIsNot(t *testing.T) {
	for _, c := range []struct{ name, history, code string }{
		{"an unregistered youth", measure, "unregistered"},
		{"a retraction for an unregistered youth", retraction("x", "r"), "unregistered"},
		{"registered twice", registration + again(registration), "already_registered"},
		{"a measure started twice", registration + measure + again(measure), "measure_started_twice"},
		{"a measure ended that is unknown", registration + ending, "unknown_measure"},
		{"a measure ended twice", registration + measure + ending + again(ending), "measure_ended_twice"},
		{"a measure ended before it started", registration + measure + strings.Replace(ending, "2025-02-01", "2024-01-31", 1), "ended_before_start"},
		{"a measure ended on its first day", registration + measure + strings.Replace(ending, "2025-02-01", "2024-02-01", 1), ""},
		{"a measure ended by an unknown decision", registration + measure + `e 2025-02-01 MeasureEnded {"measureId":"m1","reason":"other","decisionId":"d1"}`, "unknown_decision"},
		{"a decision id used before", registration + decision + again(decision), "already_used"},
		{"an offer id used before", registration + offer + again(offer), "already_used"},
		{"a request id used before", registration + request + again(request), "already_used"},
		{"a handover id used before", registration + handover + again(handover), "already_used"},
		{"a plan id used before", registration + plan + again(plan), "already_used"},
		{"a complaint id used before", registration + decision + filed + again(filed), "already_used"},
		{"one id for a decision and an offer", registration + decision + strings.Replace(offer, "o1", "d1", 1), ""},
		{"notified of an unknown decision", registration + `n 2024-03-01 DecisionNotified {"decisionId":"d1","channel":"letter","complaintRightStated":true}`, "unknown_decision"},
		{"a complaint of an unknown decision", registration + filed, "unknown_decision"},
		{"an unknown offer declined", registration + `x 2024-03-01 OfferDeclined {"offerId":"o1","reason":"wants_none"}`, "unknown_offer"},
		{"consent to an unknown offer", registration + `x 2024-03-01 ConsentGiven {"offerId":"o1","scope":"aftercare","form":"oral"}`, "unknown_offer"},
		{"consent without an offer", registration + `x 2024-03-01 ConsentGiven {"scope":"aftercare","form":"oral"}`, ""},
		{"an unknown request answered", registration + strings.Replace(decision, `"reasons":[]`, `"reasons":[],"answersRequest":"q1"`, 1), "unknown_request"},
		{"an unknown handover received", registration + `x 2024-03-01 NavHandoverReceived {"handoverId":"h1"}`, "unknown_handover"},
		{"a handover received twice", registration + handover + `x 2024-03-01 NavHandoverReceived {"handoverId":"h1"}` + "\n" + `y 2024-03-02 NavHandoverReceived {"handoverId":"h1"}`, ""},
		{"an unknown complaint decided", registration + decision + `x 2024-03-01 ComplaintDecided {"complaintId":"c1","decisionId":"d1","outcome":"annulled"}`, "unknown_complaint"},
		{"an unknown plan evaluated", registration + `x 2024-03-01 PlanEvaluated {"planId":"p1"}`, "unknown_plan"},
		{"an unknown event retracted", registration + retraction("x", "m"), "unknown_event"},
		{"an unknown event corrected", registration + correction("x", "m", "2024-02-02", startM1), "unknown_event"},
		{"corrected by another type", registration + measure + correction("x", "m", "2024-02-02", `YouthDied {}`), "other_type"},
		{"a correction corrected", registration + measure + correction("x", "m", "2024-02-02", startM1) + correction("y", "x", "2024-02-03", startM1), "other_type"},
		{"corrected by another source", registration + measure + correctionBy("x", "m", "/other", "m", "2024-02-02", startM1), "not_the_original"},
		{"corrected by another id", registration + measure + correctionBy("x", "m", "/fagsystem", "m9", "2024-02-02", startM1), "not_the_original"},
		{"corrected after it was retracted", registration + measure + retraction("x", "m") + correction("y", "m", "2024-02-02", startM1), "retracted"},
		{"retracted twice", registration + measure + retraction("x", "m") + retraction("y", "m"), "retracted"},
		{"a retraction retracted", registration + measure + retraction("x", "m") + retraction("y", "x"), "retraction_stands"},
		{"a correction retracted", registration + measure + correction("x", "m", "2024-02-02", startM1) + retraction("y", "x"), ""},
		{"a start corrected past its end", registration + measure + ending + correction("x", "m", "2025-02-02", startM1), "ended_before_start"},
		{"a replacement before birth", registration + measure + correction("x", "m", "2007-02-02", startM1), "before_birth"},
		{"a replacement in the future", registration + measure + correction("x", "m", "2026-03-02", startM1), "in_the_future"},
		{"a reference to a retracted decision", registration + decision + retraction("x", "d") + filed, "unknown_decision"},
		{"a measure started again after its start was retracted", registration + measure + retraction("x", "m") + again(measure), ""},
		{"a measure ended again after its end was retracted", registration + measure + ending + retraction("x", "e") + again(ending), ""},
		{"anything after the registration was retracted", registration + retraction("x", "r") + measure, "unregistered"},
		{"registered again after the registration was retracted", registration + retraction("x", "r") + again(registration), ""},
		{"in six minutes", registration + `x 2026-03-01T12:06:00Z YouthDied {}`, "in_the_future"},
		{"in four minutes", registration + `x 2026-03-01T12:04:00Z YouthDied {}`, ""},
		{"the day before birth", registration + strings.Replace(measure, "2024-02-01", "2008-02-02", 1), "before_birth"},
		{"the day of birth", registration + strings.Replace(measure, "2024-02-01", "2008-02-03", 1), ""},
		{"the 30th birthday", strings.Replace(registration, "2008-02-03", "1996-01-20", 1) + `x 2026-01-20 YouthDied {}`, ""},
		{"the day after the 30th birthday", strings.Replace(registration, "2008-02-03", "1996-01-20", 1) + `x 2026-01-21 YouthDied {}`, "after_30"},
		{"a retraction after the 30th birthday", strings.Replace(registration, "2008-02-03", "1994-02-03", 1) + measure + retraction("x", "m"), ""},
		{"before the corrected birth", registration + `b 2024-03-01 BirthDateCorrected {"birthDate":"2009-01-01","reason":"register"}` + "\n" + strings.Replace(measure, "2024-02-01", "2008-06-01", 1), "before_birth"},
		{"a birth date corrected after the wrong 30th birthday", strings.Replace(registration, "2008-02-03", "1995-02-03", 1) + `b 2025-06-01 BirthDateCorrected {"birthDate":"2008-02-03","reason":"typing_error"}` + "\n" + strings.Replace(measure, "2024-02-01", "2026-02-01", 1), ""},
		{"merged after death", registration + `x 2024-05-01 YouthDied {}` + "\n" + `y 2024-06-01 YouthMerged {"into":"` + bo + `"}`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			decided(t, anna, c.history, c.code)
		})
	}
}

// decided tells a history about an entity, and demands the refusal of its last line, or none.
func decided(t *testing.T, about, history, code string) commands.Receipt {
	d := openDesk(t)
	lines := strings.Split(strings.TrimSpace(history), "\n")
	for _, line := range lines[:len(lines)-1] {
		require.NoError(t, d.line(about, line).Err, line)
	}
	last := d.line(about, lines[len(lines)-1])
	if code == "" {
		require.NoError(t, last.Err)
	} else {
		requireCode(t, code, last)
	}
	return last
}

func (d desk) line(about, line string) commands.Receipt {
	part := strings.SplitN(line, " ", 4)
	return d.handler.Record(d.t.Context(), cloudEvent(about, "/fagsystem", part[0], part[2], part[1], part[3]), "emitter")
}

func TestAnEventIDOfAnotherSourceIsTaken(t *testing.T) {
	d := openDesk(t)
	d.register()
	r := d.handler.Record(t.Context(), cloudEvent(anna, "/nav", "r", "YouthDied", "2024-05-01", `{}`), "emitter")
	requireCode(t, "id_taken", r)
}
