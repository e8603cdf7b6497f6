package requirements

import (
	"testing"

	"github.com/stretchr/testify/require"

	"ettervern/events"
)

func TestCatalogueIsWhole(t *testing.T) {
	for _, r := range Requirements {
		for _, text := range append([]Text{r.Title, r.Fulfilled}, inAll(r.Basis)...) {
			require.NotEmpty(t, text.NB, r.ID)
			require.NotEmpty(t, text.NN, r.ID)
			require.NotEmpty(t, text.EN, r.ID)
		}
		require.Equal(t, r.excuses != nil, r.Excuse.NB != "", r.ID)
		require.Equal(t, r.short != nil, r.Short.NB != "", r.ID)
		for i := 1; i < len(r.Basis); i++ {
			require.Less(t, r.Basis[i-1].From, r.Basis[i].From, r.ID)
		}
		for i := 1; i < len(r.Covers); i++ {
			require.Less(t, r.Covers[i-1].From, r.Covers[i].From, r.ID)
		}
	}
	for _, p := range Parameters {
		for i := 1; i < len(p.Values); i++ {
			require.Less(t, p.Values[i-1].From, p.Values[i].From, p.ID)
		}
	}
}

func inAll(bases []Basis) (texts []Text) {
	for _, b := range bases {
		texts = append(texts, b.In)
	}
	return texts
}

func TestEveryLanguageHasEveryWord(t *testing.T) {
	for _, w := range []*words{&bokmaal, &nynorsk, &english} {
		for _, s := range append(w.status[:], w.limit, w.target, w.begins, w.nothing, w.upper, w.appliesFrom, w.noneNow, w.noneFrom, w.recorded,
			w.died, w.event, w.unheard, w.lateMore, w.lateDays, w.recordedAfter, w.refersRetracted, w.law, w.noLaw, w.windowIs, w.goodTimeIs,
			w.months, w.assumedEnd, w.before, w.leapDay, w.notDecision) {
			require.NotEmpty(t, s)
		}
	}
}

func TestUpperAgeGoesByTheLawWhenTheEarlierLimitIsReached(t *testing.T) {
	for born, until := range map[string]string{
		"1977-12-31": "1997-12-31", // 20, the day before 23 came
		"1978-01-01": "2001-01-01",
		"1997-12-31": "2020-12-31", // 23, the day before 25 came
		"1998-01-01": "2023-01-01",
		"2006-06-02": "2031-06-02",
	} {
		require.Equal(t, until, UpperBirthday(events.MustDate(born)).String(), born)
	}
}

func TestIdsArePackedAndUnpacked(t *testing.T) {
	for _, id := range []string{"a", "7b0c8f5e-5a43-4c6e-9a55-2f0e7a1d9c01", "7B0C8F5E-5a43-4c6e-9a55-2f0e7a1d9c01", string(make([]byte, 128))} {
		require.Equal(t, id, unpack(pack(nil, id)))
	}
}

func TestJudgingAllocatesNothing(t *testing.T) {
	var f Facts
	at := events.MustDate("2024-01-01").Time()
	for _, e := range []events.Event{
		&events.YouthRegistered{BirthDate: events.MustDate("2006-06-02"), Municipality: "3020"},
		&events.MeasureStarted{MeasureID: "m", Kind: events.Voluntary},
		&events.InformationGiven{Service: events.ChildWelfare, Topics: []events.Topic{events.TopicAftercare}, Adapted: true},
		&events.EventRetracted{EventID: "e"},
	} {
		f.Add(&events.Occurrence{ID: "e", Time: at, Event: e}, uint64(f.Len()+1), at)
	}
	var c Case
	judge := func() {
		c.Open(f, events.MustDate("2024-06-02"), 3)
		for i := range Requirements {
			c.Judge(i)
		}
	}
	judge()
	require.Zero(t, testing.AllocsPerRun(100, judge))
}
