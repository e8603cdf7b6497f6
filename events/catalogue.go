package events

import "reflect"

// Owner is whose system emits an event.
type Owner string

// The owners of events.
const (
	ByCaseSystem Owner = "child-welfare case system" // fagsystem i barnevernet
	ByNavSystem  Owner = "Nav's case system"         // fagsystem i Nav
	ByRegister   Owner = "population register feed"  // folkeregisteret
	ByEither     Owner = "child welfare or Nav"
	ByUnit       Owner = "leaders of the service"    // ledelsen i tjenesten
	BySupervisor Owner = "the supervisory authority" // tilsynsmyndigheten
	ByOperator   Owner = "the ledger's operator, by ettervern shred"
	ByRecorder   Owner = "whoever recorded the original"
	ByImport     Owner = "the import of the national register"
)

// Row is one event type of the catalogue.
//
// To add an event: its struct and fields in the file of its process, one row here, one golden file. The tests
// name what is missing.
type Row struct {
	Name      string // past tense, as in the type ettervern.<Name>.v1
	Entity    Kind   // whom it is about; "" for corrections and retractions, which every kind has
	Norwegian string // the field's term, bokmål
	Owner     Owner
	New       func() Event
	name      string // Type, made once
	place     int    // likewise
}

// Type is the CloudEvents type.
func (r *Row) Type() string { return r.name }

// Place is where in the Catalogue the row is. It may be another in the next version.
func (r *Row) Place() int { return r.place }

func (r *Row) about(k Kind) bool { return r.Entity == k || r.Entity == "" }

// Catalogue is the one table of event types.
var Catalogue = []Row{
	{Name: "YouthRegistered", Entity: Youth, Norwegian: "ungdom registrert", Owner: ByCaseSystem, New: func() Event { return &YouthRegistered{} }},
	{Name: "BirthDateCorrected", Entity: Youth, Norwegian: "fødselsdato rettet", Owner: ByRegister, New: func() Event { return &BirthDateCorrected{} }},
	{Name: "ResponsibilityAssigned", Entity: Youth, Norwegian: "ansvarlig kommune", Owner: ByCaseSystem, New: func() Event { return &ResponsibilityAssigned{} }},
	{Name: "ResidenceChanged", Entity: Youth, Norwegian: "flyttet", Owner: ByRegister, New: func() Event { return &ResidenceChanged{} }},
	{Name: "AddressProtected", Entity: Youth, Norwegian: "adressesperre", Owner: ByRegister, New: func() Event { return &AddressProtected{} }},
	{Name: "AddressProtectionLifted", Entity: Youth, Norwegian: "adressesperre opphevet", Owner: ByRegister, New: func() Event { return &AddressProtectionLifted{} }},
	{Name: "YouthDied", Entity: Youth, Norwegian: "død", Owner: ByRegister, New: func() Event { return &YouthDied{} }},
	{Name: "YouthMerged", Entity: Youth, Norwegian: "slått sammen", Owner: ByCaseSystem, New: func() Event { return &YouthMerged{} }},
	{Name: "MeasureStarted", Entity: Youth, Norwegian: "tiltak iverksatt", Owner: ByCaseSystem, New: func() Event { return &MeasureStarted{} }},
	{Name: "MeasureEnded", Entity: Youth, Norwegian: "tiltak avsluttet", Owner: ByCaseSystem, New: func() Event { return &MeasureEnded{} }},
	{Name: "InformationGiven", Entity: Youth, Norwegian: "informasjon gitt", Owner: ByEither, New: func() Event { return &InformationGiven{} }},
	{Name: "ContactAttempted", Entity: Youth, Norwegian: "forsøkt kontaktet", Owner: ByEither, New: func() Event { return &ContactAttempted{} }},
	{Name: "ParticipationRecorded", Entity: Youth, Norwegian: "medvirkning", Owner: ByEither, New: func() Event { return &ParticipationRecorded{} }},
	{Name: "AssessmentCompleted", Entity: Youth, Norwegian: "kartlegging og vurdering", Owner: ByEither, New: func() Event { return &AssessmentCompleted{} }},
	{Name: "CooperationMeetingHeld", Entity: Youth, Norwegian: "samarbeidsmøte", Owner: ByEither, New: func() Event { return &CooperationMeetingHeld{} }},
	{Name: "AftercareOffered", Entity: Youth, Norwegian: "tilbud om ettervern", Owner: ByCaseSystem, New: func() Event { return &AftercareOffered{} }},
	{Name: "ConsentGiven", Entity: Youth, Norwegian: "samtykke", Owner: ByEither, New: func() Event { return &ConsentGiven{} }},
	{Name: "OfferDeclined", Entity: Youth, Norwegian: "takket nei", Owner: ByCaseSystem, New: func() Event { return &OfferDeclined{} }},
	{Name: "ConsentWithdrawn", Entity: Youth, Norwegian: "samtykke trukket", Owner: ByEither, New: func() Event { return &ConsentWithdrawn{} }},
	{Name: "AftercareRequested", Entity: Youth, Norwegian: "søknad om ettervern", Owner: ByCaseSystem, New: func() Event { return &AftercareRequested{} }},
	{Name: "DecisionMade", Entity: Youth, Norwegian: "enkeltvedtak", Owner: ByEither, New: func() Event { return &DecisionMade{} }},
	{Name: "DecisionNotified", Entity: Youth, Norwegian: "underretning", Owner: ByEither, New: func() Event { return &DecisionNotified{} }},
	{Name: "ComplaintFiled", Entity: Youth, Norwegian: "klage framsatt", Owner: ByEither, New: func() Event { return &ComplaintFiled{} }},
	{Name: "ComplaintForwarded", Entity: Youth, Norwegian: "klage oversendt", Owner: ByEither, New: func() Event { return &ComplaintForwarded{} }},
	{Name: "ComplaintDecided", Entity: Youth, Norwegian: "klage avgjort", Owner: ByEither, New: func() Event { return &ComplaintDecided{} }},
	{Name: "PlanAdopted", Entity: Youth, Norwegian: "plan vedtatt", Owner: ByEither, New: func() Event { return &PlanAdopted{} }},
	{Name: "PlanEvaluated", Entity: Youth, Norwegian: "plan evaluert", Owner: ByEither, New: func() Event { return &PlanEvaluated{} }},
	{Name: "FollowUpHeld", Entity: Youth, Norwegian: "oppfølging", Owner: ByEither, New: func() Event { return &FollowUpHeld{} }},
	{Name: "NavHandoverSent", Entity: Youth, Norwegian: "overføring til Nav", Owner: ByCaseSystem, New: func() Event { return &NavHandoverSent{} }},
	{Name: "NavHandoverReceived", Entity: Youth, Norwegian: "overføring mottatt", Owner: ByNavSystem, New: func() Event { return &NavHandoverReceived{} }},
	{Name: "NavHandoverAccepted", Entity: Youth, Norwegian: "overføring akseptert", Owner: ByNavSystem, New: func() Event { return &NavHandoverAccepted{} }},
	{Name: "NavHandoverRejected", Entity: Youth, Norwegian: "overføring avvist", Owner: ByNavSystem, New: func() Event { return &NavHandoverRejected{} }},
	{Name: "ChildWelfareHistoryAsked", Entity: Youth, Norwegian: "spurt om barnevern", Owner: ByNavSystem, New: func() Event { return &ChildWelfareHistoryAsked{} }},
	{Name: "CoordinatorAppointed", Entity: Youth, Norwegian: "samordnende instans", Owner: ByEither, New: func() Event { return &CoordinatorAppointed{} }},
	{Name: "SubmissionRead", Entity: Youth, Norwegian: "innrapportering lest", Owner: ByImport, New: func() Event { return &SubmissionRead{} }},
	{Name: "YouthRestricted", Entity: Youth, Norwegian: "behandlingen begrenset", Owner: ByOperator, New: func() Event { return &YouthRestricted{} }},
	{Name: "RestrictionLifted", Entity: Youth, Norwegian: "begrensningen opphevet", Owner: ByOperator, New: func() Event { return &RestrictionLifted{} }},
	{Name: "YouthErased", Entity: Youth, Norwegian: "slettet", Owner: ByOperator, New: func() Event { return &YouthErased{} }},
	{Name: "CooperationAgreementSigned", Entity: Unit, Norwegian: "samarbeidsavtale", Owner: ByUnit, New: func() Event { return &CooperationAgreementSigned{} }},
	{Name: "CooperationForumHeld", Entity: Unit, Norwegian: "samarbeidsforum", Owner: ByUnit, New: func() Event { return &CooperationForumHeld{} }},
	{Name: "TrainingHeld", Entity: Unit, Norwegian: "opplæring", Owner: ByUnit, New: func() Event { return &TrainingHeld{} }},
	{Name: "CooperationReviewed", Entity: Unit, Norwegian: "fulgt opp at samarbeidet skjer", Owner: ByUnit, New: func() Event { return &CooperationReviewed{} }},
	{Name: "AttendanceReviewed", Entity: Unit, Norwegian: "leder har fulgt opp deltakelse", Owner: ByUnit, New: func() Event { return &AttendanceReviewed{} }},
	{Name: "ChildrenOfUsersReviewed", Entity: Unit, Norwegian: "leder har fulgt opp at brukeres barn blir vurdert", Owner: ByUnit, New: func() Event { return &ChildrenOfUsersReviewed{} }},
	{Name: "UnitServes", Entity: Unit, Norwegian: "interkommunal tjeneste", Owner: ByUnit, New: func() Event { return &UnitServes{} }},
	{Name: "ConcernStatisticsReviewed", Entity: Unit, Norwegian: "meldingsstatistikk drøftet", Owner: ByUnit, New: func() Event { return &ConcernStatisticsReviewed{} }},
	{Name: "EffectivenessReviewed", Entity: Unit, Norwegian: "gjennomgang av virkning", Owner: ByUnit, New: func() Event { return &EffectivenessReviewed{} }},
	{Name: "RoutineAdopted", Entity: Unit, Norwegian: "rutine", Owner: ByUnit, New: func() Event { return &RoutineAdopted{} }},
	{Name: "DeviationReported", Entity: Unit, Norwegian: "avvik meldt", Owner: ByUnit, New: func() Event { return &DeviationReported{} }},
	{Name: "DeviationClosed", Entity: Unit, Norwegian: "avvik lukket", Owner: ByUnit, New: func() Event { return &DeviationClosed{} }},
	{Name: "UnitsMerged", Entity: Unit, Norwegian: "kommuneendring: sammenslåing", Owner: ByUnit, New: func() Event { return &UnitsMerged{} }},
	{Name: "UnitRenumbered", Entity: Unit, Norwegian: "kommuneendring: nytt nummer", Owner: ByUnit, New: func() Event { return &UnitRenumbered{} }},
	{Name: "SupervisionOpened", Entity: Supervision, Norwegian: "tilsyn åpnet", Owner: BySupervisor, New: func() Event { return &SupervisionOpened{} }},
	{Name: "VisitHeld", Entity: Supervision, Norwegian: "tilsynsbesøk", Owner: BySupervisor, New: func() Event { return &VisitHeld{} }},
	{Name: "DraftReportSent", Entity: Supervision, Norwegian: "foreløpig rapport sendt", Owner: BySupervisor, New: func() Event { return &DraftReportSent{} }},
	{Name: "CommentsReceived", Entity: Supervision, Norwegian: "merknader til rapporten mottatt", Owner: BySupervisor, New: func() Event { return &CommentsReceived{} }},
	{Name: "FindingRecorded", Entity: Supervision, Norwegian: "funn: lovbrudd, avvik eller merknad", Owner: BySupervisor, New: func() Event { return &FindingRecorded{} }},
	{Name: "ReportIssued", Entity: Supervision, Norwegian: "endelig rapport", Owner: BySupervisor, New: func() Event { return &ReportIssued{} }},
	{Name: "PlanDemanded", Entity: Supervision, Norwegian: "plan for retting krevd", Owner: BySupervisor, New: func() Event { return &PlanDemanded{} }},
	{Name: "PlanReceived", Entity: Supervision, Norwegian: "plan for retting mottatt", Owner: BySupervisor, New: func() Event { return &PlanReceived{} }},
	{Name: "PlanAssessed", Entity: Supervision, Norwegian: "plan for retting vurdert", Owner: BySupervisor, New: func() Event { return &PlanAssessed{} }},
	{Name: "FindingRectified", Entity: Supervision, Norwegian: "lovbrudd rettet", Owner: BySupervisor, New: func() Event { return &FindingRectified{} }},
	{Name: "SupervisionClosed", Entity: Supervision, Norwegian: "tilsyn avsluttet", Owner: BySupervisor, New: func() Event { return &SupervisionClosed{} }},
	{Name: "EventCorrected", Norwegian: "rettet", Owner: ByRecorder, New: func() Event { return &EventCorrected{} }},
	{Name: "EventRetracted", Norwegian: "trukket tilbake", Owner: ByRecorder, New: func() Event { return &EventRetracted{} }},
}

var (
	byType   = index(func(r *Row) string { return r.Type() })
	byStruct = index(func(r *Row) reflect.Type { return reflect.TypeOf(r.New()) })
)

func index[K comparable](key func(*Row) K) map[K]*Row {
	rows := make(map[K]*Row, len(Catalogue))
	for _, table := range [][]Row{Catalogue, accesses} {
		for i := range table {
			table[i].name, table[i].place = "ettervern."+table[i].Name+".v1", i
			rows[key(&table[i])] = &table[i]
		}
	}
	return rows
}

// ByType is the row of a CloudEvents type.
func ByType(t string) (*Row, bool) {
	row, ok := byType[t]
	return row, ok
}

// RowOf is the row of an event.
func RowOf(e Event) *Row { return byStruct[reflect.TypeOf(e)] }

// TypeOf is the CloudEvents type of an event.
func TypeOf(e Event) string { return RowOf(e).name }
