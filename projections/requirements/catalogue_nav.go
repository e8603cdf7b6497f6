package requirements

// withNav are the duties of Nav, and of the two services in the single case.
var withNav = []Requirement{
	{
		ID: "nav_handover_sent", Group: OfNav, Norm: RoutineNorm, Service: OfChildWelfare, Within: &HandoverSent, duties: handoversSent, begins: of(assessment),
		Title: Text{"Overføring til Nav er sendt", "Overføring til Nav er send", "Handover to Nav was sent"},
		Basis: []Basis{
			basis("2010-01-01", "Child Welfare Act 1992 § 3-2", "barnevernloven 1992 § 3-2", "barnevernlova 1992 § 3-2"),
			basis("2023-01-01", "Child Welfare Act 2021 §§ 8-5 first paragraph, 15-8", "barnevernsloven 2021 §§ 8-5 første ledd, 15-8", "barnevernslova 2021 §§ 8-5 første ledd, 15-8"),
		},
		Begun:     Text{"Barnevernet kom til at Nav trengs", "Barnevernet kom til at Nav trengst", "Child welfare found that Nav is needed on"},
		Fulfilled: Text{"Overføringen ble sendt", "Overføringa vart send", "The handover was sent on"},
		Excuse:    Text{"Samtykket til deling med Nav ble trukket tilbake", "Samtykket til deling med Nav vart trekt tilbake", "The consent to share with Nav was withdrawn on"},
		Terms: Terms{
			Instance:  "the day A of the assessment",
			Trigger:   "each day with an AssessmentCompleted where service = child_welfare, conclusion = needs_nav",
			Fulfilled: "NavHandoverSent dated on or after A",
			Excused:   "ConsentWithdrawn where scope = nav_sharing, dated from A up to and including the limit",
		},
		fulfils: matcher{kinds: of(handoverSent)},
		excuses: matcher{of(consentWithdrawn), func(f *fact) bool { return f.has(ofNav) }},
	},
	{
		ID: "nav_handover_received", Group: OfNav, Norm: RoutineNorm, Service: OfNavOffice, Within: &HandoverReceived, duties: handoversReceived, begins: of(handoverSent), refers: 1,
		Title:     Text{"Nav har bekreftet mottak", "Nav har stadfesta mottak", "Nav confirmed receipt"},
		Basis:     sinceNav("Social Services Act § 13", "sosialtjenesteloven § 13", "sosialtenestelova § 13"),
		Begun:     Text{"Overføringen ble sendt", "Overføringa vart send", "The handover was sent on"},
		Fulfilled: Text{"Nav svarte på overføringen", "Nav svarte på overføringa", "Nav answered the handover on"},
		Terms: Terms{
			Instance:  "handoverId",
			Trigger:   "each NavHandoverSent",
			Fulfilled: "NavHandoverReceived, NavHandoverAccepted or NavHandoverRejected of that handoverId",
		},
		fulfils: matcher{kinds: of(handoverAnswered)},
	},
	{
		ID: "nav_mapping", Group: OfNav, Norm: Statute, Service: OfNavOffice, Within: &NavMapping, Flags: WithoutParticipation, duties: handoversTaken, begins: of(handoverAnswered),
		Title:     Text{"Nav har kartlagt behovene", "Nav har kartlagt behova", "Nav mapped the needs"},
		Basis:     []Basis{basis("2010-01-01", "Social Services Act §§ 4, 17, 18, 43; Public Administration Act §§ 11 d, 17", "sosialtjenesteloven §§ 4, 17, 18, 43; forvaltningsloven §§ 11 d, 17", "sosialtenestelova §§ 4, 17, 18, 43; forvaltingslova §§ 11 d, 17")},
		Begun:     navBegun,
		Fulfilled: Text{"Nav kartla behovene", "Nav kartla behova", "Nav mapped the needs on"},
		Terms: Terms{
			Instance:  "handoverId",
			Trigger:   "each handoverId with a NavHandoverReceived or NavHandoverAccepted; R is the earlier of the two",
			Fulfilled: "AssessmentCompleted where service = nav, dated on or after R",
			Lacking:   "without_participation: no ParticipationRecorded where service = nav, concerning = nav_mapping, mode = 1.1 to 1.4 or 2.2, dated on or before it",
		},
		fulfils: matcher{of(assessment), func(f *fact) bool { return f.service == nav }},
		heard:   matcher{of(participation), func(f *fact) bool { return heardByNav(f) && f.code != denied }},
	},
	{
		ID: "nav_participation", Group: OfNav, Norm: Statute, Service: OfNavOffice, Within: &NavMapping, duties: handoversTaken, begins: of(handoverAnswered),
		Title:     Text{"Medvirkning i Navs kartlegging", "Medverknad i kartlegginga til Nav", "Participation in Nav's mapping"},
		Basis:     []Basis{basis("2010-01-01", "Social Services Act § 42", "sosialtjenesteloven § 42", "sosialtenestelova § 42")},
		Begun:     navBegun,
		Fulfilled: Text{"Ungdommen medvirket", "Ungdomen medverka", "The youth took part on"},
		Excuse:    Text{"Ungdommen ønsket ikke å medvirke", "Ungdomen ønskte ikkje å medverke", "The youth did not want to take part on"},
		Terms: Terms{
			Instance:  "handoverId",
			Trigger:   "as nav_mapping",
			Fulfilled: "ParticipationRecorded where service = nav, concerning = nav_mapping, mode = 1.1, 1.2, 1.3 or 1.4, dated on or after R",
			Excused:   "the same with mode 2.2, from R up to and including the limit",
		},
		fulfils: matcher{of(participation), func(f *fact) bool { return heardByNav(f) && f.code == tookPart }},
		excuses: matcher{of(participation), func(f *fact) bool { return heardByNav(f) && f.code == unwilling }},
	},
	{
		ID: "nav_information", Group: OfNav, Norm: Statute, Service: OfNavOffice, Within: &NavMapping, duties: handoversTaken, begins: of(handoverAnswered),
		Title:     Text{"Nav har gitt opplysning, råd og veiledning", "Nav har gitt opplysning, råd og rettleiing", "Nav gave information and advice"},
		Basis:     []Basis{basis("2010-01-01", "Social Services Act § 17", "sosialtjenesteloven § 17", "sosialtenestelova § 17")},
		Begun:     navBegun,
		Fulfilled: Text{"Nav ga opplysning, råd og veiledning", "Nav gav opplysning, råd og rettleiing", "Nav gave information and advice on"},
		Terms: Terms{
			Instance:  "handoverId",
			Trigger:   "as nav_mapping",
			Fulfilled: "InformationGiven where service = nav, dated on or after R",
		},
		fulfils: matcher{of(informationGiven), func(f *fact) bool { return f.service == nav }},
	},
	{
		ID: "cooperation_meeting", Group: OfNav, Norm: Statute, Service: OfBoth, Within: &NavMapping, duties: cooperationMeetings, begins: of(handoverSent),
		Title:     Text{"Barnevernet og Nav har møttes om saken", "Barnevernet og Nav har møttest om saka", "Child welfare and Nav met about the case"},
		Basis:     sinceNav("Social Services Act § 13", "sosialtjenesteloven § 13", "sosialtenestelova § 13"),
		Begun:     Text{"Overføringen ble sendt", "Overføringa vart send", "The handover was sent on"},
		Fulfilled: Text{"Barnevernet og Nav møttes", "Barnevernet og Nav møttest", "Child welfare and Nav met on"},
		Terms: Terms{
			Instance:  "handoverId",
			Trigger:   "each NavHandoverSent, on day S",
			Fulfilled: "CooperationMeetingHeld where services contains child_welfare and nav, dated from S − P6M on",
		},
		fulfils: matcher{of(meetingHeld), func(f *fact) bool { return f.has(ofNav) }},
	},
}

var navBegun = Text{"Nav mottok overføringen", "Nav tok imot overføringa", "Nav received the handover on"}

// sinceNav is a paragraph of the Social Services Act, to which the Child Welfare Act's duty to cooperate came in 2022.
func sinceNav(en, nb, nn string) []Basis {
	return []Basis{
		basis("2010-01-01", en, nb, nn),
		basis("2022-08-01", en+", Child Welfare Act 2021 § 15-8", nb+", barnevernsloven 2021 § 15-8", nn+", barnevernslova 2021 § 15-8"),
	}
}

func heardByNav(f *fact) bool { return f.service == nav && f.has(ofNav) }
