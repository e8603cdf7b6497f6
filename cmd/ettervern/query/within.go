package query

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"

	"ettervern/cmd/ettervern/access"
	"ettervern/events"
	"ettervern/projections"
	"ettervern/projections/requirements"
)

// may is the asker's leave for an operation today, or an *access.Denied.
func (c *Core) may(ctx context.Context, operation access.Operation) (access.Grant, error) {
	grant, err := access.Allowed(ctx, operation)
	if err == nil && grant.Until != 0 && grant.Over(c.today()) {
		err = &access.Denied{Role: grant.Role, Operation: operation}
	}
	return grant, err
}

func (c *Core) today() events.Date { return events.DateOf(c.config.Youths.Now()) }

// within is the leave as the views take it.
func within(g access.Grant) *projections.Within {
	if g.Reach == access.All && g.SeesProtected() {
		return nil
	}
	w := &projections.Within{Protected: g.SeesProtected()}
	switch {
	case g.Reach == access.Sample:
		w.Youths = append([]string{}, g.Youths...) // nobody is not anybody
	case g.Reach == access.Territory && g.Nation, g.Reach == access.All:
	case g.Reach == access.Territory && g.Office != "":
		w.Municipalities = projections.MunicipalitiesOf(g.Office)
	default:
		w.Municipalities = map[uint16]bool{}
		for _, m := range g.Municipalities {
			if number, ok := requirements.ParseMunicipality(m); ok {
				w.Municipalities[number] = true
			}
		}
	}
	return w
}

// known refuses an id that is none; and as one that the ledger does not have, which it may be, one that the leave does not reach.
func (c *Core) known(g access.Grant, id string) error {
	if !events.CanonicalUUID(id) {
		return bad("youth", "a UUID in lower-case canonical form")
	}
	if !c.config.Youths.Has(id) {
		return events.ErrNotFound
	}
	home, protected := c.config.Youths.Home(id)
	s := access.Subject{Youth: id, Municipality: requirements.FormatMunicipality(home), Protected: protected}
	s.Office = projections.OfficeOf(s.Municipality)
	if !g.Covers(s, c.today()) {
		return events.ErrNotFound
	}
	return nil
}

// cursors hide the places in lists whose rows carry months: a place holds the day. They are good until the next start.
type cursors struct{ aead cipher.AEAD }

func newCursors() cursors {
	var key [32]byte
	_, _ = rand.Read(key[:]) // it never fails
	block, err := aes.NewCipher(key[:])
	if err != nil {
		panic(err) // 32 bytes are a key
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err) // AES has the block size of GCM
	}
	return cursors{aead}
}

func (c cursors) seal(place string) string {
	if place == "" {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(c.aead.Seal(nil, nil, []byte(place), nil))
}

func (c cursors) open(sealed string) (string, error) {
	if sealed == "" {
		return "", nil
	}
	bytes, err := base64.RawURLEncoding.DecodeString(sealed)
	if err == nil {
		bytes, err = c.aead.Open(nil, nil, bytes, nil)
	}
	if err != nil {
		return "", bad("after", "the cursor that came with the page before, since the ledger was started")
	}
	return string(bytes), nil
}
