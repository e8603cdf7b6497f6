package events

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// anyIdentityNumber is made as the numbers are made: a day, three digits, two control digits by the weights of the
// regulation. rest is 0 for the numbers of today, 1 to 3 for those also valid from 2032.
func anyIdentityNumber(t *rapid.T, addDay, addMonth, rest int) string {
	day := NewDate(1900, time.January, 1).AddDays(rapid.IntRange(0, 73000).Draw(t, "day")).Time()
	for n := rapid.IntRange(0, 999).Draw(t, "individual"); ; n = (n + 1) % 1000 {
		nine := fmt.Sprintf("%02d%02d%02d%03d", day.Day()+addDay, int(day.Month())+addMonth, day.Year()%100, n)
		first := (11 - weigh(nine, 3, 7, 6, 1, 8, 9, 4, 5, 2) + rest) % 11
		ten := nine + fmt.Sprint(first)
		second := (11 - weigh(ten, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11
		if first < 10 && second < 10 {
			return ten + fmt.Sprint(second)
		}
	}
}

func weigh(digits string, weights ...int) int {
	sum := 0
	for i, w := range weights {
		sum += w * int(digits[i]-'0')
	}
	return sum % 11
}

func TestIdentityNumbersAreFound(t *testing.T) {
	for name, add := range map[string]struct{ day, month int }{
		"national": {0, 0}, "D-number": {40, 0}, "synthetic + 40": {0, 40}, "synthetic + 80": {0, 80}, "synthetic D-number": {40, 80},
	} {
		t.Run(name, rapid.MakeCheck(func(t *rapid.T) {
			number := anyIdentityNumber(t, add.day, add.month, rapid.IntRange(0, 3).Draw(t, "rest"))
			for _, text := range []string{
				number, "x" + number, number + "x", "a/" + number + "/b", "§" + number,
				number[:6] + " " + number[6:], number[:6] + "-" + number[6:], "(" + number[:6] + "." + number[6:] + ")",
			} {
				require.True(t, HoldsIdentityNumber(text), text)
			}
		}))
	}
}

func TestNearMissesAreLetThrough(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		number := anyIdentityNumber(t, 0, 0, 0)
		last := number[10] - '0'
		other := (last + byte(rapid.IntRange(1, 9).Draw(t, "off"))) % 10
		require.False(t, HoldsIdentityNumber(number[:10]+fmt.Sprint(other)), "another control digit")
		require.False(t, HoldsIdentityNumber(number[:10]), "a digit less")
		require.False(t, HoldsIdentityNumber("1"+number), "a digit more before")
		require.False(t, HoldsIdentityNumber(number+"1"), "a digit more after")
		require.False(t, HoldsIdentityNumber(number[:5]+" "+number[5:]), "parted elsewhere")
	})
}

// TestKnownIdentityNumbers are invented ones, with both control digits right.
func TestKnownIdentityNumbers(t *testing.T) {
	for number, want := range map[string]bool{
		"15076500565": true,  // a published example
		"29029600013": true,  // 29 February of a leap year
		"00000000000": false, // control digits right, no such day
		"15076500566": false,
		"15076500555": false,
	} {
		assert.Equal(t, want, HoldsIdentityNumber(number), number)
	}
}

// TestDaysThatDoNotExist have right control digits and are no identity numbers all the same.
func TestDaysThatDoNotExist(t *testing.T) {
	for _, six := range []string{"320199", "310499", "300200", "001299", "150099", "151399", "155399", "159399", "720199", "290299"} {
		found := 0
		for n := range 100000 {
			number := six + fmt.Sprintf("%05d", n)
			if weigh(number, firstWeights[:]...) == 0 && weigh(number, secondWeights[:]...) == 0 {
				found++
				assert.False(t, HoldsIdentityNumber(number), number)
			}
		}
		assert.Positive(t, found, six)
	}
}

func TestIdsOfSystemsAreNotMistaken(t *testing.T) {
	for _, id := range []string{"0190a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b", "2025-03-14T10:31:02", "sak-2025-117", "974761076", strings.Repeat("9", 64)} {
		assert.False(t, HoldsIdentityNumber(id), id)
	}
}
