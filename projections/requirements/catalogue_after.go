package requirements

import "ettervern/events"

// afterEighteen are the duties while aftercare lasts, when it ends, and after it has ended.
var afterEighteen = []Requirement{
	{
		ID: "plan", Group: After18, Norm: Statute, Service: OfChildWelfare, Within: &PlanAfterStart, duties: plans,
		Title: Text{"Plan for ettervernet", "Plan for ettervernet", "Aftercare plan"},
		Basis: []Basis{
			basis("1993-01-01", "Child Welfare Act 1992 § 4-15, § 4-5", "barnevernloven 1992 §§ 4-15, 4-5", "barnevernlova 1992 §§ 4-15, 4-5"),
			basis("2023-01-01", "Child Welfare Act 2021 § 8-5 second paragraph", "barnevernsloven 2021 § 8-5 andre ledd", "barnevernslova 2021 § 8-5 andre ledd"),
		},
		Begun:     Text{"Ettervernet begynte", "Ettervernet byrja", "Aftercare began on"},
		Fulfilled: Text{"Planen ble vedtatt", "Planen vart vedteken", "The plan was adopted on"},
		Terms: Terms{
			Instance:  "the period's first day S",
			Trigger:   "each period: a maximal run of days on or after birthday(18) on which some measure is active",
			Fulfilled: "PlanAdopted where planType = aftercare, dated on or after birthday(17) (first period) or the previous period's end, and before the period's end",
			Ends:      "with the period; unfulfilled then, it is not_applicable if the period ended on or before the limit, else missed",
		},
		fulfils: matcher{of(planAdopted), func(f *fact) bool { return f.has(ofAftercare) }},
	},
	{
		ID: "follow_up", Group: After18, Norm: Statute, Service: OfChildWelfare, Within: &FollowUpInterval, duties: followUps,
		Title: Text{"Regelmessig oppfølging", "Regelmessig oppfølging", "Regular follow-up"},
		Basis: []Basis{
			basis("1993-01-01", "Child Welfare Act 1992 § 4-5", "barnevernloven 1992 § 4-5", "barnevernlova 1992 § 4-5"),
			basis("2023-01-01", "Child Welfare Act 2021 § 8-5 first paragraph", "barnevernsloven 2021 § 8-5 første ledd", "barnevernslova 2021 § 8-5 første ledd"),
		},
		Begun:     Text{"Tiden til neste oppfølging regnes fra", "Tida til neste oppfølging er rekna frå", "The time to the next follow-up is counted from"},
		Fulfilled: Text{"Oppfølgingen skjedde", "Oppfølginga skjedde", "The follow-up took place on"},
		Terms: Terms{
			Instance:  "the base date",
			Trigger:   "in each period, a chain: base is the period's first day, then the date of each fulfilment",
			Fulfilled: "the first FollowUpHeld where service = child_welfare, or PlanEvaluated, dated after the base and before the period's end",
			Ends:      "with the period; unfulfilled then, it is not_applicable if the period ended on or before the limit, else missed",
		},
		fulfils: matcher{of(followedUp, planEvaluated), func(f *fact) bool { return f.kind == planEvaluated || f.service == childWelfare }},
	},
	{
		ID: "ending_decision", Group: After18, Norm: Statute, Service: OfChildWelfare, AppliesFrom: events.MustDate("2009-09-01"), Flags: Unreasoned, duties: endingDecisions,
		Title: Text{"Vedtak når ettervern avsluttes", "Vedtak når ettervern blir avslutta", "Decision when aftercare ends"},
		Basis: []Basis{
			basis("2009-09-01", "Child Welfare Act 1992 § 1-3", "barnevernloven 1992 § 1-3", "barnevernlova 1992 § 1-3"),
			basis("2023-01-01", "Child Welfare Act 2021 § 3-6", "barnevernsloven 2021 § 3-6", "barnevernslova 2021 § 3-6"),
		},
		Begun:     Text{"Det siste tiltaket ble avsluttet", "Det siste tiltaket vart avslutta", "The last measure ended on"},
		Fulfilled: Text{"Vedtak om opphør, begrunnet i barnets beste, ble truffet", "Vedtak om opphøyr, grunngitt i barnets beste, vart gjort", "A decision to end, reasoned in the child’s best interests, was made on"},
		Short:     Text{"Vedtak om opphør uten begrunnelse i barnets beste ble truffet", "Vedtak om opphøyr utan grunngiving i barnets beste vart gjort", "A decision to end that was not reasoned in the child’s best interests was made on"},
		Terms: Terms{
			Instance:  "the day E on which measures ended",
			Trigger:   "each end of a period before the upper age, and birthday(18) where the last measure ended on it, by a MeasureEnded; from 2009-09-01",
			Fulfilled: "DecisionMade where service = child_welfare, outcome = end, reasons contains best_interests, dated from E − P6M on",
			Lacking:   "unreasoned: only such decisions without best_interests exist",
		},
		fulfils: matcher{of(decisionMade), func(f *fact) bool { return decidedToEnd(f) && f.has(bestInterests) }},
		short:   matcher{of(decisionMade), decidedToEnd}, lacking: Unreasoned,
	},
	{
		ID: "complaint_right", Group: After18, Norm: Statute, Within: &Notification, duties: complaintRights, begins: of(decisionMade), refers: 1,
		Title:     Text{"Opplyst om klagerett", "Opplyst om klagerett", "Told of the right to complain"},
		Basis:     []Basis{basis("1967-02-10", "Public Administration Act 1967 § 27", "forvaltningsloven 1967 § 27", "forvaltingslova 1967 § 27")},
		Begun:     Text{"Vedtaket ble truffet", "Vedtaket vart gjort", "The decision was made on"},
		Fulfilled: Text{"Ungdommen ble opplyst om klageretten", "Ungdomen vart opplyst om klageretten", "The youth was told of the right to complain on"},
		Terms: Terms{
			Instance:  "decisionId",
			Trigger:   "each DecisionMade where service = child_welfare or nav, outcome = end or refuse",
			Fulfilled: "DecisionNotified of that decisionId where complaintRightStated = true",
		},
		fulfils: matcher{of(decisionNotified), func(f *fact) bool { return f.has(complaintRight) }},
	},
	{
		ID: "request_answered", Group: After18, Norm: RoutineNorm, Service: OfChildWelfare, Within: &RequestAnswered, duties: requests, begins: of(requested), refers: 2,
		Title:     Text{"Søknad om ettervern besvart", "Søknad om ettervern svart på", "Request for aftercare answered"},
		Basis:     []Basis{basis("1967-02-10", "Public Administration Act 1967 § 11 a", "forvaltningsloven 1967 § 11 a", "forvaltingslova 1967 § 11 a")},
		Begun:     Text{"Ungdommen søkte", "Ungdomen søkte", "The youth asked on"},
		Fulfilled: Text{"Søknaden ble besvart med vedtak", "Søknaden fekk svar med vedtak", "The request was answered by a decision on"},
		Terms: Terms{
			Instance:  "requestId",
			Trigger:   "each AftercareRequested",
			Fulfilled: "DecisionMade where service = child_welfare, answersRequest is that requestId",
		},
		fulfils: matcher{of(decisionMade), func(f *fact) bool { return f.service == childWelfare }},
	},
	{
		ID: "one_year_contact", Group: After18, Norm: Guideline, Service: OfChildWelfare, Within: &OneYearContact, Attempts: &UnreachableTries, duties: oneYearContacts,
		Title:     Text{"Kontakt innen ett år", "Kontakt innan eitt år", "Contact within one year"},
		Basis:     []Basis{basis("2011-01-01", "Guideline: ask again within one year (circular; date assumed)", "veiledning: spør igjen innen ett år (rundskriv; datoen er antatt)", "rettleiing: spør igjen innan eitt år (rundskriv; datoen er anteken)")},
		Begun:     Text{"Tiden regnes fra", "Tida er rekna frå", "The time is counted from"},
		Fulfilled: Text{"Ungdommen ble spurt igjen", "Ungdomen vart spurd igjen", "The youth was asked again on"},
		Excuse:    Text{"Ungdommen ble forsøkt kontaktet uten å bli nådd", "Ungdomen vart forsøkt kontakta utan å bli nådd", "Attempts to reach the youth failed on"},
		Terms: Terms{
			Instance:  "the day T it is counted from",
			Trigger:   "each end of measures as in ending_decision; and birthday(18) where no measure is active on it and an OfferDeclined is dated from birthday(17) up to and including birthday(18); not if the upper age is reached on or before the limit",
			Fulfilled: "ContactAttempted where purpose = one_year, outcome = answered or refused; or AftercareOffered; dated after T",
			Excused:   "as many ContactAttempted where purpose = one_year, outcome = no_answer or wrong_number, after T up to and including the limit, as unreachable_attempts says",
			Ends:      "when a measure is active again up to and including the limit: not_applicable from then, and nothing dated on or after that day counts",
		},
		fulfils: matcher{of(contactAttempted, offered), func(f *fact) bool { return f.kind == offered || f.code == reached }},
		excuses: matcher{of(contactAttempted), func(f *fact) bool { return f.code == notReached }},
	},
}

func decidedToEnd(f *fact) bool {
	return f.service == childWelfare && f.code == ends
}
