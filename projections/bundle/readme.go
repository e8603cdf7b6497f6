package bundle

import (
	"fmt"
	"strings"
)

// readMe adds a page in each language for whoever opens the bundle. Nothing in it is evidence.
func (b *Bundle) readMe(files map[string][]byte) {
	origin, _, _ := strings.Cut(string(b.Checkpoint), "\n")
	entries := 0
	if len(b.Standings) > 0 {
		entries = len(b.Standings[0].Entries)
	}
	for language, text := range map[string]string{"nb": readMeNB, "nn": readMeNN, "en": readMeEN} {
		files["README."+language+".txt"] = fmt.Appendf(nil, text, b.Question.Youth, origin, entries, b.Question.Sequence, b.Question.ValidAt)
	}
}

const readMeNB = `Revisjonspakke

Ungdom:               %[1]s
Protokoll:            %[2]s
Innførsler:           %[3]d, av %[4]d i hele protokollen
Vurdert per:          %[5]s

Pakken viser alt som er ført om denne ungdommen, slik det ligger lagret, og beviser at ingenting er endret, lagt til eller
holdt tilbake. Den kan kontrolleres uten tilgang til protokollen og uten å stole på kommunen:

    verify --key NØKKEL PAKKE.zip

Nøkkelen er protokollens offentlige nøkkel. Få den på en annen vei enn pakken, en gang for alle.

checkpoint            protokollens signerte tilstand; alle bevis gjelder den. Ta vare på den til neste revisjon
checkpoint.earlier    den dere tok vare på sist; consistency viser at protokollen siden bare har vokst
entries/              innførslene i rekkefølge: som de ligger lagret, forseglet (entry); hva de sier (json); bevis for at de er i
                      protokollen (tlog-proof); directory viser hvor mange det er, og hvilken som er den siste; keys åpner dem.
                      For tjenestene: det kommunens egne rutiner bygger på
requirements.json     kravene det er vurdert etter, med hjemmel og dato
verdicts.ndjson       vurderingene, en på hver linje, med begrunnelse. Hver er en beregning og ikke et enkeltvedtak
question.json         hvem, hvilken dag, og hva som var kjent
SHA256SUMS            sjekksummer av filene

Pakken inneholder personopplysninger, og nøkler som åpner dem: oppbevar den som sakens dokumenter, og slett den etter bruk.
Denne siden er ikke bevis.
`

const readMeNN = `Revisjonspakke

Ungdom:               %[1]s
Protokoll:            %[2]s
Innføringar:          %[3]d, av %[4]d i heile protokollen
Vurdert per:          %[5]s

Pakken viser alt som er ført om denne ungdommen, slik det ligg lagra, og provar at ingenting er endra, lagt til eller
halde tilbake. Han kan kontrollerast utan tilgang til protokollen og utan å lite på kommunen:

    verify --key NØKKEL PAKKE.zip

Nøkkelen er den offentlege nøkkelen til protokollen. Få han på ein annan veg enn pakken, ein gong for alle.

checkpoint            den signerte tilstanden til protokollen; alle prov gjeld han. Ta vare på han til neste revisjon
checkpoint.earlier    den de tok vare på sist; consistency viser at protokollen sidan berre har vakse
entries/              innføringane i rekkjefølgje: slik dei ligg lagra, forsegla (entry); kva dei seier (json); prov på at dei er i
                      protokollen (tlog-proof); directory viser kor mange det er, og kva for ei som er den siste; keys opnar dei.
                      For tenestene: det som rutinane til kommunen byggjer på
requirements.json     krava det er vurdert etter, med heimel og dato
verdicts.ndjson       vurderingane, ei på kvar linje, med grunngjeving. Kvar er ei utrekning og ikkje eit enkeltvedtak
question.json         kven, kva dag, og kva som var kjent
SHA256SUMS            sjekksummar av filene

Pakken inneheld personopplysningar, og nøklar som opnar dei: ta vare på han som dokumenta i saka, og slett han etter bruk.
Denne sida er ikkje prov.
`

const readMeEN = `Audit bundle

Youth:                %[1]s
Ledger:               %[2]s
Entries:              %[3]d, of %[4]d in the whole ledger
Judged as of:         %[5]s

The bundle shows everything that is recorded about this youth, as it is stored, and proves that nothing was changed, added or
held back. It can be checked without access to the ledger and without trusting the municipality:

    verify --key KEY BUNDLE.zip

The key is the ledger's public key. Get it by another way than the bundle, once and for all.

checkpoint            the ledger's signed state; all proofs are under it. Keep it for the next audit
checkpoint.earlier    the one you kept last time; consistency shows that the ledger has only grown since
entries/              the entries in order: as they are stored, sealed (entry); what they say (json); the proof that they are in
                      the ledger (tlog-proof); directory shows how many there are and which is the last; keys open them.
                      Of services: what the municipality's own routines rest on
requirements.json     the requirements that were judged by, with legal basis and date
verdicts.ndjson       the verdicts, one a line, with reasons. Each is a computation and not an administrative decision
question.json         who, which day, and what was known
SHA256SUMS            checksums of the files

The bundle holds personal data, and keys that open them: keep it as you keep the case, and delete it after use.
This page is no evidence.
`
