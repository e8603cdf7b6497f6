package requirements

// Join takes in what is known of the same youth under another pseudonym: what happened, not who it is. at tells, for
// each fact of the other that was taken in before, where it lies here; it is returned with those taken in now. They are
// known here from the given sequence on, the last there is.
func (f *Facts) Join(o *Facts, at []int32, sequence uint64) []int32 {
	for i := len(at); i < len(o.list); i++ {
		g := o.list[i]
		switch g.kind {
		case registered, birthDate, merged:
			g.kind = other
		}
		if g.of >= 0 {
			g.of = at[g.of]
		}
		g.sequence = uint32(sequence)
		at = append(at, int32(len(f.list)))
		f.put(g, o.ids(i))
	}
	f.corrected = f.corrected || o.corrected
	return at
}

// Part takes back what was taken in by Join, from a sequence on.
func (f *Facts) Part(at []int32, sequence uint64) {
	for _, i := range at {
		if g := f.list[i]; g.kind != retraction {
			f.put(fact{kind: retraction, of: i, date: g.date, sequence: uint32(sequence)}, f.arena[g.at:int(g.at)+1+len(f.text(g.at))])
		}
	}
	f.corrected = true
}

// Drop forgets what was taken in by Join, as if it had never been known. It is where each fact lies now, -1 for those that
// are gone. What readers have copied stays as it was.
func (f *Facts) Drop(at []int32) (now []int32) {
	gone := make([]bool, len(f.list))
	for _, i := range at {
		gone[i] = true
	}
	kept := Facts{corrected: f.corrected}
	now = make([]int32, len(f.list))
	for i, g := range f.list {
		if gone[i] = gone[i] || g.of >= 0 && gone[g.of]; gone[i] { // a correction or retraction of it too
			now[i] = -1
			continue
		}
		if g.of >= 0 {
			g.of = now[g.of]
		}
		now[i] = int32(len(kept.list))
		kept.put(g, f.ids(i))
	}
	*f = kept
	return now
}

// ids are the packed ids of a fact, which lie in the order of the facts.
func (f *Facts) ids(i int) []byte {
	if i+1 < len(f.list) {
		return f.arena[f.list[i].at:f.list[i+1].at]
	}
	return f.arena[f.list[i].at:]
}

func (f *Facts) put(g fact, ids []byte) {
	g.at = uint32(len(f.arena))
	f.arena, f.list = append(f.arena, ids...), append(f.list, g)
}
