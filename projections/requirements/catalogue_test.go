package requirements

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"ettervern/events"
)

func TestCatalogueIsWhole(t *testing.T) {
	for _, r := range Requirements {
		texts := append([]Text{r.Title, r.Fulfilled}, inAll(r.Basis)...)
		if r.duties != nil {
			texts = append(texts, r.Begun)
		}
		for _, text := range texts {
			require.NotEmpty(t, text.NB, r.ID)
			require.NotEmpty(t, text.NN, r.ID)
			require.NotEmpty(t, text.EN, r.ID)
		}
		require.Equal(t, r.Group == Before18, r.duties == nil && len(r.Covers) > 0, r.ID)
		require.Equal(t, r.excuses.kinds != 0, r.Excuse.NB != "", r.ID)
		require.Equal(t, r.short.kinds != 0, r.Short.NB != "", r.ID)
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
		v := reflect.ValueOf(*w)
		for i := range v.NumField() {
			if f := v.Field(i); f.Kind() == reflect.String {
				require.NotEmpty(t, f.String(), v.Type().Field(i).Name)
			}
		}
		for _, s := range w.status {
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
		&events.DecisionMade{DecisionID: "0190a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b", Service: events.ChildWelfare, Outcome: events.Refuse},
		&events.DecisionMade{DecisionID: "0190a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1a", Service: events.ChildWelfare, Outcome: events.Refuse},
		&events.NavHandoverSent{HandoverID: "h"},
		&events.NavHandoverReceived{HandoverID: "h"},
	} {
		f.Add(&events.Occurrence{ID: "e", Time: at, Event: e}, uint64(f.Len()+1), at)
	}
	var c Case
	judge := func() {
		c.Open(f, Moment{ValidAt: events.MustDate("2024-07-02"), Known: 7})
		for i := range Requirements {
			c.Judge(i)
		}
	}
	judge()
	require.Zero(t, testing.AllocsPerRun(100, judge))
}
