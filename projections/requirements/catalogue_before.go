package requirements

import "ettervern/events"

const inWindow = "a measure of a covered kind active on some day of the transition window before birthday(18)"

// beforeEighteen are the duties before 18, the heart of the ledger.
var beforeEighteen = []Requirement{
	{
		ID: "information", Group: Before18, Norm: Statute, Service: OfChildWelfare, Covers: everyone, Target: &InGoodTime, Flags: NotAdapted,
		Title: Text{"Informasjon om ettervern før 18 år", "Informasjon om ettervern før 18 år", "Information about aftercare before 18"},
		Basis: []Basis{
			basis("1993-01-01", "Child Welfare Act 1992 § 1-3, Public Administration Act § 11", "barnevernloven 1992 § 1-3, forvaltningsloven § 11", "barnevernlova 1992 § 1-3, forvaltingslova § 11"),
			basis("2018-07-01", "Child Welfare Act 1992 §§ 1-3, 1-6, Public Administration Act § 11", "barnevernloven 1992 §§ 1-3, 1-6, forvaltningsloven § 11", "barnevernlova 1992 §§ 1-3, 1-6, forvaltingslova § 11"),
			basis("2023-01-01", "Child Welfare Act 2021 §§ 3-6, 1-4", "barnevernsloven 2021 §§ 3-6, 1-4", "barnevernslova 2021 §§ 3-6, 1-4"),
		},
		Fulfilled: Text{"Tilpasset informasjon om ettervern ble gitt", "Tilpassa informasjon om ettervern vart gitt", "Adapted information about aftercare was given on"},
		Short:     Text{"Informasjon som ikke var tilpasset, ble gitt", "Informasjon som ikkje var tilpassa, vart gitt", "Information that was not adapted was given on"},
		Terms: Terms{
			Trigger:   inWindow,
			Fulfilled: "InformationGiven where service = child_welfare, topics contains aftercare, adapted = true",
			Lacking:   "not_adapted: only information with adapted = false exists",
		},
		fulfils: matcher{of(informationGiven), func(f *fact) bool { return informed(f) && f.has(adapted) }},
		short:   matcher{of(informationGiven), informed}, lacking: NotAdapted,
	},
	{
		ID: "participation", Group: Before18, Norm: Statute, Service: OfChildWelfare, Covers: everyone, Target: &InGoodTime, Flags: Denied,
		Title: Text{"Ungdommen har fått medvirke før 18 år", "Ungdomen har fått medverke før 18 år", "The youth took part before 18"},
		Basis: []Basis{
			basis("1993-01-01", "Child Welfare Act 1992 § 6-3", "barnevernloven 1992 § 6-3", "barnevernlova 1992 § 6-3"),
			basis("2018-07-01", "Child Welfare Act 1992 §§ 1-6, 6-3", "barnevernloven 1992 §§ 1-6, 6-3", "barnevernlova 1992 §§ 1-6, 6-3"),
			basis("2023-01-01", "Child Welfare Act 2021 § 1-4", "barnevernsloven 2021 § 1-4", "barnevernslova 2021 § 1-4"),
		},
		Fulfilled: Text{"Ungdommen medvirket", "Ungdomen medverka", "The youth took part on"},
		Excuse:    Text{"Ungdommen ønsket ikke å medvirke", "Ungdomen ønskte ikkje å medverke", "The youth did not want to take part on"},
		Short:     Text{"Ungdommen fikk ikke anledning til å medvirke", "Ungdomen fekk ikkje høve til å medverke", "The youth was not given the chance to take part on"},
		Terms: Terms{
			Trigger:   inWindow,
			Fulfilled: "ParticipationRecorded where service = child_welfare, concerning = aftercare, mode = 1.1, 1.2, 1.3 or 1.4",
			Excused:   "ParticipationRecorded where service = child_welfare, concerning = aftercare, mode = 2.2, before the limit",
			Lacking:   "denied: a record with mode 2.1 exists",
		},
		fulfils: matcher{of(participation), func(f *fact) bool { return heard(f) && f.code == tookPart }},
		excuses: matcher{of(participation), func(f *fact) bool { return heard(f) && f.code == unwilling }},
		short:   matcher{of(participation), func(f *fact) bool { return heard(f) && f.code == denied }},
	},
	{
		ID: "assessment", Group: Before18, Norm: Statute, Service: OfChildWelfare, Target: &InGoodTime, Flags: WithoutParticipation,
		Covers: []Cover{since("1993-01-01", CareOrder|Placement|Behaviour), since("2023-01-01", allKinds)},
		Title:  Text{"Behovet for ettervern er vurdert før 18 år", "Behovet for ettervern er vurdert før 18 år", "The need for aftercare was assessed before 18"},
		Basis: []Basis{
			basis("1993-01-01", "Child Welfare Act 1992 § 4-15 fourth paragraph, § 1-3", "barnevernloven 1992 § 4-15 fjerde ledd, § 1-3", "barnevernlova 1992 § 4-15 fjerde ledd, § 1-3"),
			basis("2023-01-01", "Child Welfare Act 2021 § 3-6 second paragraph", "barnevernsloven 2021 § 3-6 andre ledd", "barnevernslova 2021 § 3-6 andre ledd"),
		},
		Fulfilled: Text{"Behovet ble vurdert", "Behovet vart vurdert", "The need was assessed on"},
		Terms: Terms{
			Trigger:   inWindow,
			Fulfilled: "AssessmentCompleted where service = child_welfare",
			Lacking:   "without_participation: no ParticipationRecorded where service = child_welfare, concerning = aftercare, mode = 1.1 to 1.4 or 2.2, dated on or before the assessment",
		},
		fulfils: matcher{of(assessment), func(f *fact) bool { return f.service == childWelfare }},
		heard:   matcher{of(participation), func(f *fact) bool { return heard(f) && f.code != denied }},
	},
	{
		ID: "decision", Group: Before18, Norm: Statute, Service: OfChildWelfare, Covers: everyone, AppliesFrom: events.MustDate("2009-09-01"), Flags: Unreasoned,
		Title: Text{"Vedtak om videreføring eller opphør før 18 år", "Vedtak om vidareføring eller opphøyr før 18 år", "Decision to continue or end before 18"},
		Basis: []Basis{
			basis("2009-09-01", "Child Welfare Act 1992 § 1-3 second paragraph", "barnevernloven 1992 § 1-3 andre ledd", "barnevernlova 1992 § 1-3 andre ledd"),
			basis("2023-01-01", "Child Welfare Act 2021 § 3-6 second paragraph", "barnevernsloven 2021 § 3-6 andre ledd", "barnevernslova 2021 § 3-6 andre ledd"),
		},
		Fulfilled: Text{"Skriftlig vedtak begrunnet i barnets beste ble truffet", "Skriftleg vedtak grunngitt i barnets beste vart gjort", "A written decision reasoned in the child’s best interests was made on"},
		Short:     Text{"Vedtak som var muntlig eller ikke begrunnet i barnets beste, ble truffet", "Vedtak som var munnleg eller ikkje grunngitt i barnets beste, vart gjort", "A decision that was oral or not reasoned in the child’s best interests was made on"},
		Terms: Terms{
			Trigger:   inWindow + ", for 18th birthdays from 2009-09-01",
			Fulfilled: "DecisionMade where service = child_welfare, outcome = continue, replace or end, inWriting = true, reasons contains best_interests",
			Lacking:   "unreasoned: only decisions that are oral or lack best_interests exist",
		},
		fulfils: matcher{of(decisionMade), func(f *fact) bool { return decided(f) && f.has(inWriting|bestInterests) }},
		short:   matcher{of(decisionMade), decided}, lacking: Unreasoned,
	},
}

func informed(f *fact) bool {
	return f.service == childWelfare && f.has(ofAftercare)
}

func heard(f *fact) bool {
	return f.service == childWelfare && f.has(ofAftercare)
}

func decided(f *fact) bool {
	return f.service == childWelfare && (f.code == carriesOn || f.code == ends)
}
