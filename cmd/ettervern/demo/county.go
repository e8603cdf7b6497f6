// Package demo invents a county: its municipalities are real, its youths and what befalls them are not.
package demo

import (
	"cmp"
	"encoding/binary"
	"math/rand/v2"
	"slices"

	"github.com/google/uuid"

	"ettervern/events"
)

// Municipality is one of the county's, with how many of its youths there are and how well its service works.
type Municipality struct {
	Code, Name string
	weight     int     // of a thousand inhabitants or so
	practice   float64 // how often what should be done is done, 0 to 1
}

// Municipalities are fifteen of Innlandet (Statistics Norway, Klass 131, valid from 2024). The practice is invented.
var Municipalities = []Municipality{
	{"3401", "Kongsvinger", 18, 0.85}, {"3403", "Hamar", 32, 0.93}, {"3405", "Lillehammer", 28, 0.90},
	{"3407", "Gjøvik", 30, 0.72}, {"3411", "Ringsaker", 35, 0.95}, {"3412", "Løten", 8, 0.60},
	{"3413", "Stange", 21, 0.88}, {"3414", "Nord-Odal", 5, 0.45}, {"3415", "Sør-Odal", 8, 0.80},
	{"3416", "Eidskog", 6, 0.55}, {"3417", "Grue", 5, 0.97}, {"3418", "Åsnes", 7, 0.70},
	{"3420", "Elverum", 22, 0.83}, {"3421", "Trysil", 7, 0.35}, {"3443", "Vestre Toten", 14, 0.76},
}

// ages is how many had aftercare at each age from 18 to 22 on 31 December 2018, in thousandths of them (Statistics
// Norway, "Auke i barnevernstiltak blant unge over 18 år"); 16 and 17 are those on their way, invented.
var ages = []struct{ age, weight int }{{16, 260}, {17, 340}, {18, 391}, {19, 277}, {20, 172}, {21, 103}, {22, 57}}

// Told is an event and the day on which the service recorded it: the last working day of a week.
type Told struct {
	events.Submission
	Recorded events.Date
}

// County makes the histories of n youths in the order of recording, nothing of it today or later. The same seed, day
// and number give the same county.
func County(seed uint64, today events.Date, n int) []Told {
	var all []Told
	for i := range n {
		all = append(all, newLife(seed, uint64(i), today).history()...)
	}
	for i := range Municipalities {
		all = append(all, system(seed, i, today)...)
	}
	slices.SortStableFunc(all, func(a, b Told) int { return cmp.Compare(a.Recorded, b.Recorded) })
	return all
}

// newLife draws a youth: each from a source of its own, so that one more draw here changes no other youth.
func newLife(seed, number uint64, today events.Date) *life {
	var key [32]byte
	binary.LittleEndian.PutUint64(key[:], seed)
	binary.LittleEndian.PutUint64(key[8:], number)
	source := rand.NewChaCha8(key)
	l := &life{draw: rand.New(source), bytes: source, today: today}
	l.entity = events.YouthEntity(l.id())
	l.home = l.municipality()
	l.birth = today.AddMonths(-12 * l.age()).AddDays(-l.draw.IntN(365))
	l.adult = l.birth.Birthday(18)
	return l
}

func (l *life) id() string { return uuid.Must(uuid.NewRandomFromReader(l.bytes)).String() }

func (l *life) municipality() Municipality {
	total := 0
	for _, m := range Municipalities {
		total += m.weight
	}
	at := l.draw.IntN(total)
	for _, m := range Municipalities {
		if at -= m.weight; at < 0 {
			return m
		}
	}
	panic("unreachable: the weights add up to the total")
}

func (l *life) age() int {
	total := 0
	for _, a := range ages {
		total += a.weight
	}
	at := l.draw.IntN(total)
	for _, a := range ages {
		if at -= a.weight; at < 0 {
			return a.age
		}
	}
	panic("unreachable: the weights add up to the total")
}
