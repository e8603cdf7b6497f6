package events

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestCheckFindsWhatADoorFinds: an event made here is right exactly when a door would take it, also with one of its
// texts spoilt, emptied or made too many.
func TestCheckFindsWhatADoorFinds(t *testing.T) {
	for _, row := range Catalogue {
		t.Run(row.Name, rapid.MakeCheck(func(t *rapid.T) {
			raw, err := json.Marshal(anyCloudEvent(t, &row))
			require.NoError(t, err)
			s, err := ReadSubmission(raw)
			require.NoError(t, err)
			require.NoError(t, CheckSubmission(s), "%s", raw)
			var texts []reflect.Value
			collectTexts(reflect.ValueOf(&s.Occurrence).Elem(), &texts)
			spoilt := rapid.SampledFrom(texts).Draw(t, "which")
			with := rapid.SampledFrom([]string{"", "æ", "15076500565", "a b", "4.6", "nav", "2008-02-30", "\"", "2025-03-14"}).Draw(t, "with")
			if spoilt.Kind() == reflect.Slice {
				for range rapid.IntRange(1, MaxItems+1).Draw(t, "more") {
					spoilt.Set(reflect.Append(spoilt, reflect.ValueOf(with).Convert(spoilt.Type().Elem())))
				}
			} else {
				spoilt.SetString(with)
			}
			_, door := ReadSubmission(EncodeSubmission(s))
			here := CheckSubmission(s)
			require.Equal(t, door == nil, here == nil, "the door: %v; here: %v; %s", door, here, EncodeSubmission(s))
		}))
	}
}

// collectTexts finds every text and list of texts that can be set.
func collectTexts(v reflect.Value, all *[]reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		*all = append(*all, v)
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.String {
			*all = append(*all, v)
		}
	case reflect.Interface, reflect.Pointer:
		if !v.IsNil() {
			collectTexts(v.Elem(), all)
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[Entity]() || v.Type().PkgPath() == "time" {
			return
		}
		for i := range v.NumField() {
			collectTexts(v.Field(i), all)
		}
	}
}

func TestCheckWantsAnEventAndATime(t *testing.T) {
	require.ErrorContains(t, CheckSubmission(Submission{}), "/type")
	require.ErrorContains(t, CheckSubmission(Submission{Occurrence: Occurrence{Event: &YouthDied{}}}), "/time")
}
