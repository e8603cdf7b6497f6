package disclosure

import (
	"slices"

	"ettervern/projections/disclosure/attack"
)

// attacker is someone who sees all that is shown, and knows how the tables hang together: what total each number belongs to.
type attacker struct {
	*attack.Attacker
	tables []*Table
	first  []int // of each table's cells among all
}

func attacks(tables ...*Table) *attacker {
	a, cells := &attacker{tables: tables}, 0
	for _, t := range tables {
		a.first = append(a.first, cells)
		cells += len(t.count)
	}
	a.Attacker = attack.New(cells)
	for i, t := range tables {
		a.totals(i)
		for cell, n := range t.count {
			if !t.hidden[cell] {
				a.Learn(float64(n), attack.Term{Number: a.first[i] + cell, Factor: 1})
			}
		}
	}
	return a
}

// totals: in each dimension the total is the sum of the other places, along the last one of each partition.
func (a *attacker) totals(i int) {
	t := a.tables[i]
	for d, stride := len(t.sizes)-1, 1; d >= 0; d-- {
		size := t.sizes[d]
		for cell := range t.count {
			if cell/stride%size != 0 || size == 1 {
				continue
			}
			sums := make([][]attack.Term, t.partition[len(t.partition)-1]+1)
			for other := 1; other < size; other++ {
				partition := 1
				if stride == 1 {
					partition = t.partition[other]
				}
				sums[partition] = append(sums[partition], attack.Term{Number: a.first[i] + cell + other*stride, Factor: 1})
			}
			for _, terms := range slices.DeleteFunc(sums, func(terms []attack.Term) bool { return terms == nil }) {
				a.Learn(0, append(terms, attack.Term{Number: a.first[i] + cell, Factor: -1})...)
			}
		}
		stride *= size
	}
}

// splitInto: the parts add up to a cell of a table each.
func (a *attacker) splitInto(whole, from int, parts ...int) {
	for cell := range a.tables[parts[0]].count {
		terms := []attack.Term{{Number: a.first[whole] + from + cell, Factor: -1}}
		for _, part := range parts {
			terms = append(terms, attack.Term{Number: a.first[part] + cell, Factor: 1})
		}
		a.Learn(0, terms...)
	}
}
