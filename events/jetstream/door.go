package jetstream

import (
	"crypto/subtle"
	"fmt"
	"slices"
	"sync"

	"github.com/nats-io/nats-server/v2/server"
)

// What the service offers to clients: its requests, and its discovery. Clients import exactly these.
var offered = []string{
	"ettervern.v1.>",
	"$SRV.PING", "$SRV.PING.ettervern", "$SRV.PING.ettervern.*",
	"$SRV.INFO", "$SRV.INFO.ettervern", "$SRV.INFO.ettervern.*",
	"$SRV.STATS", "$SRV.STATS.ettervern", "$SRV.STATS.ettervern.*",
}

const spareRooms = 64

// door decides who enters which account of an embedded server.
//
//   - Into the ledger's and the service's account: connections of this process that know the secret of this start.
//   - On the port: anonymous clients, each into an account of its own, so that none can hear another's requests or
//     answers, nor answer in the service's place. Whoever offers credentials there is turned away.
type door struct {
	secrets map[string]string // by account; set once, before the server starts

	nats    *server.Server  // set once, before the server starts
	service *server.Account // likewise

	mu    sync.Mutex
	rooms []*server.Account // of anonymous clients, at most one connection each, last entered last; guarded by mu
	spare int               // rooms to make before one is used again; set once
}

func newDoor() *door {
	return &door{secrets: map[string]string{ledgerAccount: secret(), serviceAccount: secret()}, spare: spareRooms}
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
	if o.Username != "" || o.Password != "" || o.Token != "" || o.JWT != "" || o.Nkey != "" {
		return false
	}
	return d.admitAnonymous(c)
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

// admitAnonymous puts the client into an empty room. The lock is held until the client counts as being there.
func (d *door) admitAnonymous(c server.ClientAuthentication) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	room, err := d.emptyRoom()
	if err != nil {
		return false
	}
	c.RegisterUser(&server.User{Account: room, Permissions: &server.Permissions{
		Publish:   &server.SubjectPermission{Allow: offered},
		Subscribe: &server.SubjectPermission{Allow: []string{"_INBOX.>"}},
	}})
	return true
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
	}
	return room, nil
}
