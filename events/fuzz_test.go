package events_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"ettervern/events"
)

// FuzzReadSubmission: no input panics; a refusal is a *FormError with a fault; what is accepted is JSON to everyone,
// and reads back equal.
func FuzzReadSubmission(f *testing.F) {
	for _, e := range samples {
		f.Add([]byte(sent(f, nameOf(e))))
	}
	f.Add([]byte(`{"specversion":"1.0","data":{"topics":[[{"a":"\u00e5]"}]]}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		read, err := events.ReadSubmission(raw)
		if err != nil {
			var form *events.FormError
			if !errors.As(err, &form) || len(form.Faults) == 0 {
				t.Fatalf("%T: %v", err, err)
			}
			return
		}
		if !json.Valid(raw) || !jsontext.Value(raw).IsValid() {
			t.Fatal("accepted, but not JSON, or with a name twice")
		}
		again, err := events.ReadSubmission(events.EncodeSubmission(read))
		if err != nil || again.Entity != read.Entity || !events.SameContent(read, again) {
			t.Fatalf("does not read back equal: %v", err)
		}
		if read.Entity.Kind == "" { // a retraction about a UUID
			read.Entity.Kind = events.Supervision
		}
		stored := events.Entry{Entity: read.Entity, Number: 1, Recorded: time.Unix(1741948262, 123456000).UTC(), Actor: "emitter", Events: []events.Occurrence{read.Occurrence}}
		readBack(t, stored)
	})
}

// FuzzDecode: no bytes panic; a refusal is ErrUnreadable; JSON that is read is written again and reads back equal.
func FuzzDecode(f *testing.F) {
	for _, e := range samples {
		f.Add(events.Encode(entry(e)))
	}
	f.Add([]byte(`[{"specversion":"1.0","data":{"topics":[[{"a":"\"]"}]]}},`))
	f.Fuzz(func(t *testing.T, body []byte) {
		entity := events.YouthEntity(youth)
		for _, e := range samples {
			if row := events.RowOf(e); bytes.Contains(body, []byte(row.Name)) && row.Entity != "" {
				entity = about(row.Name)
			}
		}
		read, err := events.Decode(entity, 7, body)
		if err != nil {
			if !errors.Is(err, events.ErrUnreadable) {
				t.Fatal(err)
			}
			return
		}
		if jsontext.Value(body).IsValid() { // the store's reader trusts that; see docs/adr/0006
			readBack(t, read)
		}
	})
}

// readBack: an entry that was read once is written and read the same from then on.
func readBack(t *testing.T, e events.Entry) {
	body := events.Encode(e)
	if !json.Valid(body) {
		t.Fatalf("not JSON: %s", body)
	}
	again, err := events.Decode(e.Entity, e.Sequence, body)
	if err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	if second := events.Encode(again); string(second) != string(body) {
		t.Fatalf("%s became %s", body, second)
	}
}
