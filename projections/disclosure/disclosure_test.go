package disclosure

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"ettervern/projections/disclosure/attack"
)

// text shows a table as its reader sees it, a row a line.
func text(t *Table) string {
	var b strings.Builder
	for cell := range t.count {
		if cell > 0 && cell%t.sizes[len(t.sizes)-1] == 0 {
			b.WriteString(" / ")
		} else if cell > 0 {
			b.WriteByte(' ')
		}
		if t.hidden[cell] {
			b.WriteByte('-')
		} else {
			fmt.Fprint(&b, t.count[cell])
		}
	}
	return b.String()
}

// row is a table of one dimension.
func row(parts ...int) *Table {
	t := New(nil, len(parts))
	for i, n := range parts {
		t.Add(n, i+1)
	}
	return t
}

func TestOneSmallNumberTakesASecondWithIt(t *testing.T) {
	for given, want := range map[*Table]string{
		row(40, 12, 0):       "52 40 12 0",  // nothing is small; zero is shown
		row(40, 12, 3, 0):    "55 40 - - 0", // the cheapest second
		row(40, 3, 4):        "47 40 - -",   // two small ones hide each other
		row(40, 1, 1):        "42 - - -",    // but not where they are sure to be one each
		row(2, 1, 0):         "- - - 0",     // the total is small itself
		row(3, 0, 0):         "- - 0 0",     // a total that is its only part
		row(1, 1, 3):         "- - - -",     // five in all, of which none could be much else
		row(1000, 900, 4, 6): "1910 1000 900 - -",
	} {
		given.Protect()
		require.Equal(t, want, text(given))
	}
}

func TestASmallCellTakesARectangleWithIt(t *testing.T) {
	given := New([]int{4}, 3)
	for i, line := range [][]int{{50, 9, 3}, {60, 20, 8}, {70, 30, 9}} {
		for k, n := range line {
			given.Add(n, i+1, k+1)
		}
	}
	given.Protect()
	require.Equal(t, "259 180 59 20 / 62 50 - - / 88 60 - - / 109 70 30 9", text(given))
}

func TestPartsGiveNothingOfTheWholeAway(t *testing.T) {
	whole := row(40, 30, 3)
	whole.Protect()
	require.Equal(t, "73 40 - -", text(whole))
	parts := []*Table{row(20, 30, 1), row(20, 0, 2)}
	whole.Split(parts)
	require.Equal(t, "51 - - -", text(parts[0])) // 30 and 3 have no breakdown; the 1 needs the 20 too
	require.Equal(t, "22 - - -", text(parts[1]))
}

func TestAPartThatIsTheWholeIsHiddenLikeIt(t *testing.T) {
	whole := row(40, 30, 3)
	whole.Protect()
	parts := []*Table{row(40, 30, 3), row(0, 0, 0)}
	whole.Split(parts)
	require.Equal(t, text(whole), text(parts[0]))
	require.Equal(t, "0 0 - -", text(parts[1]))
}

func TestManySmallPartsAreHiddenWithTheZerosAmongThem(t *testing.T) {
	whole := row(100, 5)
	whole.Protect()
	parts := []*Table{row(20, 1), row(20, 1), row(20, 1), row(20, 1), row(20, 1), row(0, 0)}
	whole.Split(parts)
	for _, part := range parts {
		n, shown := part.At(2)
		require.False(t, shown, n)
	}
}

// A whole whose hidden numbers change against each other, of which each part has only the one or the other.
func TestPartsThatCannotShareTheWholesChangeAreHidden(t *testing.T) {
	whole, kinds := New([]int{3}, 3), []*Table{New([]int{3}, 3), New([]int{3}, 3)}
	for place, n := range map[[3]int]int{{0, 1, 2}: 5, {0, 2, 2}: 4, {1, 1, 1}: 80, {1, 2, 1}: 6, {1, 2, 3}: 80} {
		whole.Add(n, place[1:]...)
		kinds[place[0]].Add(n, place[1:]...)
	}
	whole.Protect()
	require.Equal(t, "175 86 9 80 / 85 80 - - / 90 6 - -", text(whole))
	whole.Split(kinds)
	require.NotContains(t, text(kinds[0])+text(kinds[1]), "8")
	a := attacks(append(kinds, whole)...)
	a.splitInto(2, 0, 0, 1)
	a.safe(t)
}

func drawTable(t *rapid.T, sizes []int, partitions ...int) *Table {
	some := New(sizes, partitions...)
	places(some, func(place []int) { drawInto(t, drawCount(t), some, place) })
	return some
}

// drawInto counts n in a place of the first partition, and somewhere in each of the others.
func drawInto(t *rapid.T, n int, some *Table, place []int) {
	some.Add(n, place...)
	elsewhere := slices.Clone(place)
	at := &elsewhere[len(elsewhere)-1]
	for p := 2; p <= some.partition[len(some.partition)-1]; p++ {
		first, size := slices.Index(some.partition, p), 0
		for _, q := range some.partition {
			if q == p {
				size++
			}
		}
		here := rapid.IntRange(0, n).Draw(t, "here")
		*at = first
		some.Add(here, elsewhere...)
		*at = first + rapid.IntRange(1, size-1).Draw(t, "there")
		some.Add(n-here, elsewhere...)
	}
}

// drawCount: most numbers are small, some none, some large.
func drawCount(t *rapid.T) int {
	return rapid.SampledFrom([]int{0, 0, 0, 1, 1, 2, 3, 4, 5, 6, 7, 9, 12, 30, 80, 400}).Draw(t, "count")
}

// places calls do with each place of the first partition that is no total.
func places(t *Table, do func(place []int)) {
	place := make([]int, len(t.sizes))
	var next func(d int)
	next = func(d int) {
		if d == len(place) {
			do(place)
			return
		}
		for place[d] = 1; place[d] < t.sizes[d] && (d < len(place)-1 || t.partition[place[d]] == 1); place[d]++ {
			next(d + 1)
		}
	}
	next(0)
}

// safe demands that of every small number enough values are possible.
func (a *attacker) safe(t require.TestingT) {
	for i, some := range a.tables {
		for cell, n := range some.count {
			if !small(n) {
				continue
			}
			require.True(t, some.hidden[cell], "a small number is shown")
			low, high := a.Bounds(attack.Term{Number: a.first[i] + cell, Factor: 1})
			require.GreaterOrEqual(t, high-low, Width-0.001, "%d is between %v and %v: %s", n, low, high, a)
		}
	}
}

func (a *attacker) String() string {
	var b strings.Builder
	for _, t := range a.tables {
		fmt.Fprintf(&b, "\n%s  of  %v", text(t), t.count)
	}
	return b.String()
}

func TestNoSmallNumberCanBeWorkedOutOfATable(t *testing.T) {
	for _, of := range []struct{ sizes, partitions []int }{
		{nil, []int{5}}, {[]int{3}, []int{3}}, {[]int{4}, []int{5}}, {[]int{3, 3}, []int{2}}, {nil, []int{4, 2}}, {[]int{3}, []int{3, 2, 3}}, {[]int{1}, []int{3}},
	} {
		t.Run(fmt.Sprint(of), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				some := drawTable(t, of.sizes, of.partitions...)
				some.Protect()
				attacks(some).safe(t)
			})
		})
	}
}

// As a scorecard is: what is counted by office, and by status for each of two duties of the same youths, is split by kind, by
// quarter, and each office by municipality.
func TestNoSmallNumberCanBeWorkedOutOfAllSplitsTogether(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		partitions := rapid.SampledFrom([][]int{{3}, {2, 2}}).Draw(t, "partitions")
		tables := func(n int, sizes []int) (all []*Table) {
			for range n {
				all = append(all, New(sizes, partitions...))
			}
			return all
		}
		whole, kinds, quarters := New([]int{3}, partitions...), tables(2, []int{3}), tables(2, []int{3})
		towns := [][]*Table{nil, tables(2, nil), tables(3, nil)}
		places(whole, func(place []int) {
			office := place[0]
			for _, kind := range kinds {
				some := New([]int{3}, partitions...)
				drawInto(t, drawCount(t), some, place)
				whole.merge(some, 0)
				kind.merge(some, 0)
				quarters[rapid.IntRange(0, 1).Draw(t, "quarter")].merge(some, 0)
				towns[office][rapid.IntRange(0, office).Draw(t, "town")].merge(some, office)
			}
		})
		whole.Protect()
		whole.Split(kinds)
		whole.Split(quarters)
		whole.Row(1).Split(towns[1])
		whole.Row(2).Split(towns[2])
		a := attacks(slices.Concat([]*Table{whole}, kinds, quarters, towns[1], towns[2])...)
		a.splitInto(0, 0, 1, 2)
		a.splitInto(0, 0, 3, 4)
		a.splitInto(0, len(whole.partition), 5, 6)
		a.splitInto(0, 2*len(whole.partition), 7, 8, 9)
		a.safe(t)
	})
}

// merge adds another table, or a row of one.
func (t *Table) merge(other *Table, row int) {
	from := row * len(t.count)
	for cell := range t.count {
		t.count[cell] += other.count[from+cell]
	}
}

func TestWhatIsSafeIsShown(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		some := New([]int{3}, 3)
		places(some, func(place []int) {
			some.Add(rapid.SampledFrom([]int{0, 5, 8, 100}).Draw(t, "count"), place...)
		})
		some.Protect()
		require.NotContains(t, some.hidden, true)
	})
}

// Trying every table of whole numbers that looks the same finds enough values too: not only fractions lie between.
func TestWholeNumbersAreAsUncertain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		some := New([]int{3}, 2)
		places(some, func(place []int) { some.Add(rapid.IntRange(0, 7).Draw(t, "count"), place...) })
		some.Protect()
		found := make([]map[int]bool, len(some.count))
		for cell := range found {
			found[cell] = map[int]bool{}
		}
		for guess := range 11 * 11 * 11 * 11 {
			other := New([]int{3}, 2)
			places(other, func(place []int) { other.Add(guess%11, place...); guess /= 11 })
			if looksLike(some, other) {
				for cell, n := range other.count {
					found[cell][n] = true
				}
			}
		}
		for cell, n := range some.count {
			if small(n) {
				require.Greater(t, len(found[cell]), Width, "%d in %s", n, text(some))
			}
		}
	})
}

func looksLike(shown, other *Table) bool {
	for cell, n := range shown.count {
		if !shown.hidden[cell] && other.count[cell] != n {
			return false
		}
	}
	return true
}
