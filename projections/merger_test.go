package projections

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"ettervern/events"
	"ettervern/projections/requirements"
)

const (
	former = "7b0c8f5e-5a43-4c6e-9a55-2f0e7a1d9c11"
	middle = "7b0c8f5e-5a43-4c6e-9a55-2f0e7a1d9c12"
	latest = "7b0c8f5e-5a43-4c6e-9a55-2f0e7a1d9c13"
)

// pseudonyms tells of one youth under several pseudonyms, and asks what is overdue.
type pseudonyms struct {
	t       require.TestingT
	y       *Youths
	entries []events.Entry
}

func newPseudonyms(t require.TestingT) *pseudonyms {
	p := &pseudonyms{t: t, y: NewYouths()}
	p.y.Now = func() time.Time { return events.MustDate("2025-01-01").Time().Add(12 * time.Hour) }
	p.y.Today()
	return p
}

func (p *pseudonyms) tell(youth, id, date string, event events.Event) {
	n := uint64(len(p.entries) + 1)
	p.entries = append(p.entries, events.Entry{Entity: events.YouthEntity(youth), Number: n, Sequence: n, Recorded: p.y.Now(),
		Events: []events.Occurrence{{ID: id, Source: "/test", Time: events.MustDate(date).Time().Add(12 * time.Hour), Event: event}}})
	p.y.Apply(p.entries[n-1])
}

// inTransition registers a youth who turned 18 on 2024-06-02, with a measure.
func (p *pseudonyms) inTransition(youth string) {
	p.tell(youth, "registered-"+youth, "2020-01-10", &events.YouthRegistered{BirthDate: events.MustDate("2006-06-02"), Municipality: "3020"})
	p.tell(youth, "measure-"+youth, "2020-02-01", &events.MeasureStarted{MeasureID: "m-" + youth, Kind: events.Voluntary, Category: "4.6", LegalBasis: "BVL"})
}

func (p *pseudonyms) informed(youth, id string) {
	p.tell(youth, id, "2024-01-10", &events.InformationGiven{Service: events.ChildWelfare, Topics: []events.Topic{events.TopicAftercare}, Form: "oral", Adapted: true})
}

func (p *pseudonyms) merged(from, into string) {
	p.tell(from, "merged-"+from, "2024-06-03", &events.YouthMerged{Into: into})
}

// information is how information stands for those who have a verdict on it, as known at a sequence, 0 for now.
func (p *pseudonyms) information(known uint64) map[string]string {
	all := map[string]string{}
	_, rows, err := p.y.Verdicts(Query{Requirement: "information", KnownAt: KnownAt{Sequence: known}})
	require.NoError(p.t, err)
	for v := range rows {
		all[v.Youth] = v.Status
	}
	return all
}

// TestWhatWasToldUnderAnotherPseudonymCounts from the merger on, and what is told there later too. Nobody counts twice, and what
// was known before stays as it was.
func TestWhatWasToldUnderAnotherPseudonymCounts(t *testing.T) {
	p := newPseudonyms(t)
	p.inTransition(former)
	p.informed(former, "told")
	p.inTransition(latest)
	require.Equal(t, map[string]string{former: "met", latest: "overdue"}, p.information(0))
	before := uint64(len(p.entries))
	p.merged(former, latest)
	require.Equal(t, map[string]string{latest: "met"}, p.information(0))
	require.Equal(t, map[string]string{former: "met", latest: "overdue"}, p.information(before))
	p.tell(former, "not told", "2024-06-04", &events.EventRetracted{EventID: "told", Reason: "not_happened"})
	require.Equal(t, map[string]string{latest: "overdue"}, p.information(0))
	require.Equal(t, map[string]string{latest: "met"}, p.information(before+1))
	p.informed(former, "told again")
	require.Equal(t, map[string]string{latest: "met"}, p.information(0))
}

// TestAMergerThatWasNoneIsTakenBack: each has again what was told of it, and no more.
func TestAMergerThatWasNoneIsTakenBack(t *testing.T) {
	p := newPseudonyms(t)
	p.inTransition(former)
	p.informed(former, "told")
	p.inTransition(latest)
	p.merged(former, latest)
	p.tell(former, "no merger", "2024-06-04", &events.EventRetracted{EventID: "merged-" + former, Reason: "wrong_person"})
	require.Equal(t, map[string]string{former: "met", latest: "overdue"}, p.information(0))
	p.informed(former, "told later")
	require.Equal(t, map[string]string{former: "met", latest: "overdue"}, p.information(0))
}

// TestPseudonymsInARowAndInACircle: the first leads to the last, and none back to itself.
func TestPseudonymsInARowAndInACircle(t *testing.T) {
	p := newPseudonyms(t)
	p.inTransition(former)
	p.inTransition(middle)
	p.inTransition(latest)
	p.merged(middle, latest)
	p.merged(former, middle)
	p.informed(former, "told")
	require.Equal(t, map[string]string{latest: "met"}, p.information(0))
	p.tell(former, "no merger", "2024-06-04", &events.EventRetracted{EventID: "merged-" + former, Reason: "wrong_person"})
	require.Equal(t, map[string]string{former: "met", latest: "overdue"}, p.information(0))

	p = newPseudonyms(t)
	p.inTransition(former)
	p.inTransition(latest)
	p.merged(former, latest)
	p.merged(latest, former)
	p.merged(middle, middle)
	p.informed(former, "told")
	require.Empty(t, p.information(0), "who is who is not to be said")
}

// TestAnAddressProtectedUnderAnotherPseudonymStaysHidden, whichever is asked for.
func TestAnAddressProtectedUnderAnotherPseudonymStaysHidden(t *testing.T) {
	p := newPseudonyms(t)
	p.inTransition(former)
	p.inTransition(latest)
	p.tell(former, "p", "2024-01-01", &events.AddressProtected{Class: "confidential"})
	p.merged(former, latest)
	page, err := p.y.Overdue(Query{Within: &Within{}})
	require.NoError(t, err)
	require.Empty(t, page.Rows)
	home, protected := p.y.Home(former)
	require.True(t, protected)
	require.Equal(t, uint16(3020), home, "whose the youth is, is settled by the pseudonym that counts")
	p.tell(former, "lifted", "2024-02-01", &events.AddressProtectionLifted{Class: "confidential"})
	page, err = p.y.Overdue(Query{Within: &Within{}})
	require.NoError(t, err)
	require.NotEmpty(t, page.Rows)
}

// TestWhatIsWithheldUnderOnePseudonymIsOutOfTheOther, also for past days and for what was known before: restricted, and lifted
// again; erased, for ever. What the other has of its own stays.
func TestWhatIsWithheldUnderOnePseudonymIsOutOfTheOther(t *testing.T) {
	p := newPseudonyms(t)
	p.inTransition(former)
	p.inTransition(middle)
	p.inTransition(latest)
	p.informed(former, "told")
	p.tell(former, "p", "2024-01-01", &events.AddressProtected{Class: "confidential"})
	p.merged(former, middle)
	p.merged(middle, latest)
	p.tell(latest, "assessed", "2024-02-10", &events.AssessmentCompleted{Service: events.ChildWelfare, Domains: []events.Domain{"housing"}, Conclusion: "no_need"})
	all := uint64(len(p.entries))
	require.Equal(t, map[string]string{latest: "met"}, p.information(0))

	p.tell(former, "restricted", "2024-07-01", &events.YouthRestricted{Reason: "objection"})
	require.Equal(t, map[string]string{latest: "overdue"}, p.information(0))
	require.Equal(t, map[string]string{latest: "overdue"}, p.information(all))
	p.tell(former, "lifted", "2024-07-02", &events.RestrictionLifted{})
	require.Equal(t, map[string]string{latest: "met"}, p.information(0))
	_, protected := p.y.Home(latest)
	require.True(t, protected)

	p.tell(former, "erased", "2024-07-03", &events.YouthErased{})
	require.Equal(t, map[string]string{latest: "overdue"}, p.information(0))
	require.Equal(t, map[string]string{latest: "overdue"}, p.information(all))
	_, protected = p.y.Home(latest)
	require.True(t, protected, "until something else is told")
	_, rows, err := p.y.Verdicts(Query{Requirement: "assessment"})
	require.NoError(t, err)
	for v := range rows {
		require.Equal(t, "met", v.Status, "what was told of the last one itself")
		require.Equal(t, []string{"assessed"}, v.Evidence)
	}
}

// TestMergersInAnyOrderLeaveTodayRight: the index of today says what judging everyone says, whatever is merged and taken back.
func TestMergersInAnyOrderLeaveTodayRight(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		p := newPseudonyms(rt)
		youths := []string{former, middle, latest}
		for _, youth := range youths {
			p.inTransition(youth)
		}
		var mergers []int
		for n := range rapid.IntRange(1, 12).Draw(rt, "steps") {
			youth, id := rapid.SampledFrom(youths).Draw(rt, "youth"), "e"+utoa(uint64(n))
			switch rapid.SampledFrom([]string{"informed", "merged", "merged", "taken back", "assessed", "restricted", "lifted", "erased"}).Draw(rt, "what") {
			case "informed":
				p.informed(youth, id)
			case "merged":
				p.tell(youth, id, "2024-06-03", &events.YouthMerged{Into: rapid.SampledFrom(youths).Draw(rt, "into")})
				mergers = append(mergers, len(p.entries)-1)
			case "taken back":
				if len(mergers) > 0 {
					of := p.entries[rapid.SampledFrom(mergers).Draw(rt, "which")]
					p.tell(of.Entity.ID, id, "2024-06-04", &events.EventRetracted{EventID: of.Events[0].ID, Reason: "wrong_person"})
				}
			case "restricted":
				p.tell(youth, id, "2024-07-01", &events.YouthRestricted{Reason: "objection"})
			case "lifted":
				p.tell(youth, id, "2024-07-01", &events.RestrictionLifted{})
			case "erased":
				p.tell(youth, id, "2024-07-01", &events.YouthErased{})
			default:
				p.tell(youth, id, "2024-02-10", &events.AssessmentCompleted{Service: events.ChildWelfare, Domains: []events.Domain{"housing"}, Conclusion: "no_need"})
			}
		}
		q := Query{Status: requirements.StatusNames(), Limit: MaxLimit}
		fromIndex, err := p.y.Overdue(q)
		require.NoError(rt, err)
		q.KnownAt = KnownAt{Sequence: p.y.Sequence()}
		judged, err := p.y.Overdue(q)
		require.NoError(rt, err)
		require.Equal(rt, identities(judged.Rows), identities(fromIndex.Rows))

		again := NewYouths() // as after a restart, with the index made at the end
		again.Now = p.y.Now
		for _, e := range p.entries {
			again.Apply(e)
		}
		restarted, err := again.Overdue(Query{Status: requirements.StatusNames(), Limit: MaxLimit})
		require.NoError(rt, err)
		require.Equal(rt, identities(fromIndex.Rows), identities(restarted.Rows))
	})
}
