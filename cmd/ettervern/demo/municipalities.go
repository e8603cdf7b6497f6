package demo

import (
	"ettervern/events"
	"ettervern/projections"
)

// Table is the county's municipalities, whose numbers are valid from 2020 (Statistics Norway, Klass 131).
func Table() *projections.Municipalities {
	all := make([]projections.Municipality, len(Municipalities))
	for i, m := range Municipalities {
		all[i] = projections.Municipality{Code: m.Code, Name: m.Name, From: events.MustDate("2020-01-01")}
	}
	table, err := projections.NewMunicipalities(all)
	if err != nil {
		panic(err) // each is there once
	}
	return table
}
