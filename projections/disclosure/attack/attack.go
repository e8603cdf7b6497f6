// Package attack is for tests: it works out of published figures what they leave possible for one that was withheld.
package attack

import "math"

// Attacker knows equations between numbers that are not negative.
type Attacker struct {
	numbers   int
	equations [][]float64 // the factors of all numbers, then the right side
}

// Term is a number, by its index, times a factor.
type Term struct {
	Number int
	Factor float64
}

// New is an attacker who is after so many numbers, and knows nothing of them.
func New(numbers int) *Attacker { return &Attacker{numbers: numbers} }

// Learn tells the attacker what some terms add up to.
func (a *Attacker) Learn(sum float64, terms ...Term) {
	row := make([]float64, a.numbers+1)
	for _, t := range terms {
		row[t.Number] += t.Factor
	}
	row[a.numbers] = sum
	a.equations = append(a.equations, row)
}

// Bounds is the least and the most that some terms can add up to, by all that is known.
func (a *Attacker) Bounds(terms ...Term) (low, high float64) {
	goal := make([]float64, a.numbers)
	for _, t := range terms {
		goal[t.Number] += t.Factor
	}
	low = a.minimum(goal)
	for i := range goal {
		goal[i] = -goal[i]
	}
	return low, -a.minimum(goal)
}

const (
	tiny = 1e-7
	huge = 1e6 // the price of what is not allowed
)

// minimum is the simplex method: each equation gets a variable of its own at a huge price, to begin with.
func (a *Attacker) minimum(goal []float64) float64 {
	rows, width := len(a.equations), a.numbers+len(a.equations)+1
	table := make([][]float64, rows+1)
	basis := make([]int, rows)
	price := make([]float64, width)
	copy(price, goal)
	for i, sum := range a.equations {
		sign := 1.0
		if sum[a.numbers] < 0 {
			sign = -1
		}
		row := make([]float64, width)
		for k, v := range sum[:a.numbers] {
			row[k] = v * sign
		}
		row[width-1] = sum[a.numbers] * sign
		row[a.numbers+i], price[a.numbers+i] = 1, huge
		table[i], basis[i] = row, a.numbers+i
	}
	last := append([]float64(nil), price...)
	for i := range basis {
		for k := range last {
			last[k] -= huge * table[i][k]
		}
	}
	table[rows] = last
	for steps := 0; ; steps++ {
		column := entering(last[:width-1], steps)
		if column < 0 {
			return -last[width-1]
		}
		row := leaving(table[:rows], basis, column)
		if row < 0 {
			return math.Inf(-1)
		}
		pivot(table, row, column)
		basis[row] = column
	}
}

// entering is the column that pays most, or after many steps the first that pays, which never goes round in circles.
func entering(last []float64, steps int) int {
	best, least := -1, -tiny
	for k, v := range last {
		if v < least {
			if best, least = k, v; steps > 500 {
				break
			}
		}
	}
	return best
}

func leaving(table [][]float64, basis []int, column int) int {
	row, least := -1, math.Inf(1)
	for i := range table {
		if v := table[i][column]; v > tiny {
			ratio := table[i][len(table[i])-1] / v
			if ratio < least-tiny || ratio < least+tiny && row >= 0 && basis[i] < basis[row] {
				row, least = i, ratio
			}
		}
	}
	return row
}

func pivot(table [][]float64, row, column int) {
	by := table[row][column]
	for k := range table[row] {
		table[row][k] /= by
	}
	for i := range table {
		if factor := table[i][column]; i != row && math.Abs(factor) > 1e-12 {
			for k, v := range table[row] {
				table[i][k] -= factor * v
			}
		}
	}
}
