package demo

import (
	"encoding/binary"
	"math/rand/v2"

	"ettervern/events"
)

// system is what leaders of a municipality's services arrange and check over five years, and what the county governor finds:
// better where practice is better.
func system(seed uint64, number int, today events.Date) []Told {
	var all []Told
	for i, service := range []events.Service{events.ChildWelfare, events.Nav} {
		l := newUnit(seed, uint64(2*number+i), today, Municipalities[number], service)
		all = append(all, l.years(service)...)
	}
	if number%4 == 0 {
		all = append(all, newUnit(seed, uint64(1000+number), today, Municipalities[number], "").supervision()...)
	}
	return all
}

// newUnit draws like a youth, about a unit; from a source of its own.
func newUnit(seed, number uint64, today events.Date, home Municipality, service events.Service) *life {
	var key [32]byte
	binary.LittleEndian.PutUint64(key[:], seed)
	binary.LittleEndian.PutUint64(key[8:], number)
	key[16] = 'u'
	source := rand.NewChaCha8(key)
	l := &life{draw: rand.New(source), bytes: source, today: today, home: home}
	l.entity = events.Entity{Kind: events.Unit, ID: home.Code + "-" + string(service)}
	return l
}

func (l *life) years(service events.Service) []Told {
	p, both := l.home.practice, []events.Service{events.ChildWelfare, events.Nav}
	first := l.today.AddMonths(-60)
	if l.chance(p) {
		l.tell(first.AddDays(l.draw.IntN(200)), &events.CooperationAgreementSigned{
			Parties: []string{l.home.Code + "-child_welfare", l.home.Code + "-nav"}, ValidTo: l.today.AddMonths(l.draw.IntN(48) - 6)})
	}
	if service == events.ChildWelfare && l.chance(0.3) {
		l.tell(first.AddDays(100), &events.RoutineAdopted{Topic: events.RoutineInGoodTime, Value: events.Duration{Months: 3 + l.draw.IntN(9)}})
	}
	for year := first; year < l.today; year = year.AddMonths(12) {
		for _, e := range []events.Event{
			&events.CooperationForumHeld{Services: both}, &events.TrainingHeld{Topic: "aftercare", Services: both}, &events.CooperationReviewed{Findings: l.chance(0.4)},
			&events.AttendanceReviewed{Service: service}, &events.ChildrenOfUsersReviewed{Service: service},
			&events.ConcernStatisticsReviewed{Period: year.String()[:4], Services: both}, &events.EffectivenessReviewed{},
		} {
			if l.chance(p * p) { // arranged is not yet checked
				l.tell(year.AddDays(l.draw.IntN(360)), e)
			}
		}
	}
	return l.sorted()
}

// supervision is one of the county governor's, two years ago, of both services.
func (l *life) supervision() []Told {
	l.entity = events.Entity{Kind: events.Supervision, ID: l.id()}
	units := []string{l.home.Code + "-child_welfare", l.home.Code + "-nav"}
	day := l.today.AddMonths(-26).AddDays(l.draw.IntN(200))
	l.tell(day, &events.SupervisionOpened{Theme: "aftercare", Year: day.Time().Year(), Authority: "Statsforvalteren i Innlandet", Units: units})
	l.tell(day.AddDays(42), &events.VisitHeld{From: day.AddDays(40), To: day.AddDays(42)})
	l.tell(day.AddDays(90), &events.DraftReportSent{CommentsBy: day.AddDays(111)})
	l.tell(day.AddDays(108), &events.CommentsReceived{})
	open := false
	for i, theme := range []events.Theme{"information", "participation", "cooperation"} {
		if l.chance(l.home.practice) {
			continue
		}
		id := string(rune('a' + i))
		l.tell(day.AddDays(120), &events.FindingRecorded{FindingID: id, Unit: units[i%2], Kind: events.Breach, Themes: []events.Theme{theme}, LegalBasis: "BVL2021 § 3-6", RectifyBy: day.AddDays(400)})
		if l.chance(l.home.practice) {
			l.tell(day.AddDays(300+l.draw.IntN(100)), &events.FindingRectified{FindingID: id, Evidence: events.Document{ID: "sak-" + id, SHA256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}})
		} else {
			open = true
		}
	}
	l.tell(day.AddDays(121), &events.ReportIssued{})
	if !open {
		l.tell(day.AddDays(420), &events.SupervisionClosed{})
	}
	return l.sorted()
}
