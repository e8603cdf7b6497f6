package projections

// OfficeUnknown is the answer where no county governor is known for a number.
const OfficeUnknown = "unknown"

// The ten county governors' offices (statsforvaltere). When counties were divided again in 2024 their offices were not, and
// so there are fifteen counties.
const (
	agder         = "Agder"
	innlandet     = "Innlandet"
	moereRomsdal  = "Møre og Romsdal"
	nordland      = "Nordland"
	osloAndAround = "Østfold, Buskerud, Oslo og Akershus" // until 2024 called Oslo og Viken
	rogaland      = "Rogaland"
	tromsFinnmark = "Troms og Finnmark"
	troendelag    = "Trøndelag"
	vestfoldTelem = "Vestfold og Telemark"
	vestland      = "Vestland"
)

// Offices lists the county governors' offices by the Norwegian alphabet.
var Offices = []string{agder, innlandet, moereRomsdal, nordland, rogaland, tromsFinnmark, troendelag, vestfoldTelem, vestland, osloAndAround}

// officeOfCounty is by the first two digits of a municipality number, of every county there has been since 1971. A county that
// is no more belongs to the office that took its municipalities over. A change of counties is a new row.
var officeOfCounty = map[string]string{
	"01": osloAndAround, "02": osloAndAround, "03": osloAndAround, "04": innlandet, "05": innlandet, "06": osloAndAround,
	"07": vestfoldTelem, "08": vestfoldTelem, "09": agder, "10": agder, "11": rogaland, "12": vestland, "13": vestland,
	"14": vestland, "15": moereRomsdal, "16": troendelag, "17": troendelag, "18": nordland, "19": tromsFinnmark, "20": tromsFinnmark,
	"30": osloAndAround, "31": osloAndAround, "32": osloAndAround, "33": osloAndAround, "34": innlandet,
	"38": vestfoldTelem, "39": vestfoldTelem, "40": vestfoldTelem, "42": agder, "46": vestland, "50": troendelag,
	"54": tromsFinnmark, "55": tromsFinnmark, "56": tromsFinnmark,
}

// officeOfMunicipality is of those that went to another office than the rest of their county.
var officeOfMunicipality = map[string]string{
	"0532": osloAndAround, // Jevnaker, to Viken in 2020
	"0533": osloAndAround, // Lunner, to Viken in 2020
	"0711": osloAndAround, // Svelvik, to Drammen in 2020
	"1214": rogaland,      // Ølen, to Rogaland in 2002
	"1444": moereRomsdal,  // Hornindal, to Volda in 2020
	"1567": troendelag,    // Rindal, in 2019
	"1571": troendelag,    // Halsa, to Heim in 2020
	"1852": tromsFinnmark, // Tjeldsund, in 2020
}

// OfficeOf is the county governor's office that supervises a municipality today, or the one that took over where its number
// has ended; OfficeUnknown for what is no such number. A number has belonged to one office only.
func OfficeOf(municipality string) string {
	if len(municipality) != 4 {
		return OfficeUnknown
	}
	if office, moved := officeOfMunicipality[municipality]; moved {
		return office
	}
	if office, known := officeOfCounty[municipality[:2]]; known {
		return office
	}
	return OfficeUnknown
}
