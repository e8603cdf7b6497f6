package jetstream

import (
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nkeys"
)

// What the service offers to clients: its requests, and its discovery. Clients import exactly these.
var offered = []string{
	"ettervern.v1.>",
	"$SRV.PING", "$SRV.PING.ettervern", "$SRV.PING.ettervern.*",
	"$SRV.INFO", "$SRV.INFO.ettervern", "$SRV.INFO.ettervern.*",
	"$SRV.STATS", "$SRV.STATS.ettervern", "$SRV.STATS.ettervern.*",
}

// Discovery is what everyone may ask the service about itself.
func Discovery() []string { return slices.Clone(offered[1:]) }

// Inbox is what everyone may hear.
const Inbox = "_INBOX.>"

const spareRooms = 64

// Credential is what a client shows on the port, one of them: a token; a public key (nkey) by which it has signed the server's nonce;
// or a JWT.
type Credential struct {
	Token, Nkey, JWT string
	Host             string                // where it is
	Holds            func(key string) bool // tells whether it has signed the server's nonce by the key
}

// Admission is what a client is let in for.
type Admission struct {
	Identity  string    // who it is, in words that Server.Identity gives back
	Publish   Subjects  // those of the service, and Discovery
	Subscribe Subjects  // of Inbox
	Until     time.Time // when the connection ends; zero for never
}

// Subjects are those that a client may use, at least one, and of them those that it may not.
type Subjects struct{ Allow, Deny []string }

// Clients tells whom to let in on the port.
type Clients interface {
	// Admit tells what the client is let in for; false for one that is not to enter.
	Admit(Credential) (Admission, bool)
}

// door decides who enters which account of an embedded server.
//
//   - Into the ledger's and the service's account: connections of this process that know the secret of this start.
//   - On the port: clients, each into an account of its own, so that none can hear another's requests or answers, nor answer in
//     the service's place. Where no credentials are asked for, whoever offers some is turned away.
type door struct {
	clients Clients           // nil: everyone, without a credential; set once
	secrets map[string]string // by account; set once, before the server starts

	nats    *server.Server  // set once, before the server starts
	service *server.Account // likewise

	mu    sync.Mutex
	rooms []*server.Account // of anonymous clients, at most one connection each, last entered last; guarded by mu
	spare int               // rooms to make before one is used again; set once

	identities map[uint64]string // of connections by their number, which the server uses once; guarded by mu
}

func newDoor(clients Clients) *door {
	return &door{clients: clients, identities: map[uint64]string{}, secrets: map[string]string{ledgerAccount: secret(), serviceAccount: secret()}, spare: spareRooms}
}

// open makes the service's account answer requests from other accounts.
func (d *door) open(s *server.Server) error {
	account, err := s.LookupAccount(serviceAccount)
	if err != nil {
		return fmt.Errorf("account %s: %w", serviceAccount, err)
	}
	for _, subject := range offered {
		if err := account.AddServiceExport(subject, nil); err != nil {
			return fmt.Errorf("offer %s: %w", subject, err)
		}
	}
	d.nats, d.service = s, account
	return nil
}

// Check is the server's question whether a connection may enter.
func (d *door) Check(c server.ClientAuthentication) bool {
	if c.Kind() != server.CLIENT {
		return false
	}
	if c.RemoteAddress().Network() == "pipe" {
		return d.admitOurs(c)
	}
	o := c.GetOpts()
	if o.Username != "" || o.Password != "" {
		return false
	}
	if d.clients != nil {
		return d.admitKnown(c)
	}
	return o.Token == "" && o.Nkey == "" && o.JWT == "" && d.admit(c, Admission{Publish: Subjects{Allow: offered}, Subscribe: Subjects{Allow: []string{Inbox}}})
}

// admitKnown lets in who shows a credential that is good.
func (d *door) admitKnown(c server.ClientAuthentication) bool {
	o := c.GetOpts()
	if o.JWT != "" && (o.Nkey != "" || o.Token != "") { // whoever reads later who it is must not find another
		return false
	}
	if o.Nkey != "" && !signed(o.Nkey, o.Sig, c.GetNonce()) {
		return false
	}
	host, _, err := net.SplitHostPort(c.RemoteAddress().String())
	if err != nil {
		return false
	}
	a, ok := d.clients.Admit(Credential{
		Token: o.Token, Nkey: o.Nkey, JWT: o.JWT, Host: host, Holds: func(key string) bool { return signed(key, o.Sig, c.GetNonce()) },
	})
	o.JWT = "" // else the server would hold the client to limits that are not its account's here, and repeat it with each request
	return ok && d.admit(c, a)
}

// signed tells whether the server's nonce was signed by the key.
func signed(key, signature string, nonce []byte) bool {
	sig, err := base64.RawURLEncoding.DecodeString(signature)
	if err != nil {
		return false
	}
	public, err := nkeys.FromPublicKey(key)
	return err == nil && len(nonce) > 0 && public.Verify(nonce, sig) == nil
}

func (d *door) admitOurs(c server.ClientAuthentication) bool {
	o := c.GetOpts()
	want, known := d.secrets[o.Username]
	if !known || subtle.ConstantTimeCompare([]byte(want), []byte(o.Password)) != 1 {
		return false
	}
	account, err := d.nats.LookupAccount(o.Username)
	if err != nil {
		return false
	}
	c.RegisterUser(&server.User{Username: o.Username, Account: account})
	return true
}

// admit puts the client into an empty room. The lock is held until the client counts as being there.
func (d *door) admit(c server.ClientAuthentication, a Admission) bool {
	if len(a.Publish.Allow) == 0 || len(a.Subscribe.Allow) == 0 { // to the server that is everything
		return false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	room, err := d.emptyRoom()
	if err != nil {
		return false
	}
	if a.Identity != "" {
		d.remember(c.GetID(), a.Identity)
	}
	c.RegisterUser(&server.User{Account: room, ConnectionDeadline: a.Until, Permissions: &server.Permissions{
		Publish:   &server.SubjectPermission{Allow: a.Publish.Allow, Deny: a.Publish.Deny},
		Subscribe: &server.SubjectPermission{Allow: a.Subscribe.Allow, Deny: a.Subscribe.Deny},
	}})
	return true
}

// remember keeps who a connection is while it lasts, and now and then forgets those that are over.
func (d *door) remember(connection uint64, identity string) {
	if len(d.identities) >= 2*maxConnections {
		for other := range d.identities {
			if d.nats.GetClient(other) == nil {
				delete(d.identities, other)
			}
		}
	}
	d.identities[connection] = identity
}

// Identity is who a connection is, as Clients has told it, by its number in the header Nats-Request-Info. The server sets that header on
// each request that passes from a client's account to the service's, whatever the client has put there.
func (s *Server) Identity(connection uint64) (string, bool) {
	s.door.mu.Lock()
	defer s.door.mu.Unlock()
	identity, known := s.door.identities[connection]
	return identity, known
}

// emptyRoom is an account without connections, where possible the one entered longest ago. The server forgets the
// answers that a client still waited for when its subscriptions go, some of them a moment after the client was counted
// out; the spare rooms see to it that nobody enters in that moment.
func (d *door) emptyRoom() (*server.Account, error) {
	if len(d.rooms) >= d.spare {
		for i, room := range d.rooms {
			if room.NumConnections() == 0 {
				d.rooms = append(slices.Delete(d.rooms, i, i+1), room)
				return room, nil
			}
		}
	}
	return d.newRoom()
}

func (d *door) newRoom() (*server.Account, error) {
	room, err := d.nats.RegisterAccount(fmt.Sprintf("CLIENT_%d", len(d.rooms)+1))
	if err != nil {
		return nil, err
	}
	d.rooms = append(d.rooms, room)
	for _, subject := range offered {
		if err := room.AddServiceImport(d.service, subject, subject); err != nil {
			return nil, err
		}
		if err := room.SetServiceImportSharing(d.service, subject, true); err != nil { // so that the service learns who asks
			return nil, err
		}
	}
	return room, nil
}
