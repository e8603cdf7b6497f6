package credentials

import (
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nkeys"
	"golang.org/x/time/rate"

	"ettervern/cmd/ettervern/access"
)

// Users knows users of NATS by the JWTs that their accounts have signed (nats-io/jwt, version 2). A user's JWT is no secret: whoever asks has
// seen that the user holds the key that it names. It is safe for concurrent use.
type Users struct {
	accounts []*account
	now      func() time.Time
	log      *slog.Logger
	telling  *rate.Limiter // of the log: whoever shows JWTs must not fill it
}

// account is one that signs users. What its own JWT says is read again when the file has changed, so that a user that is revoked
// there gets no further.
type account struct {
	Issuer

	mu     sync.Mutex
	seen   os.FileInfo           // guarded by mu, like the rest: the file as it was read
	claims *jwt.AccountClaims    // its signing keys, and whom it has revoked
	known  map[string]*knownUser // by their JWTs: those that were found good since the file was read
}

// knownUser is a user whose JWT is good but for its time.
type knownUser struct {
	*jwt.UserClaims
	limits jwt.UserPermissionLimits
	grant  *Grant
}

// maxKnown is how many users of an account are kept at once; they can be found good again.
const maxKnown = 4096

// NewUsers takes those of the issuers that are accounts of NATS.
func NewUsers(issuers []Issuer, now func() time.Time, log *slog.Logger) *Users {
	u := &Users{now: now, log: log, telling: rate.NewLimiter(1, 10)}
	for _, i := range issuers {
		if i.nats() {
			u.accounts = append(u.accounts, &account{Issuer: i})
		}
	}
	return u
}

// Of is the principal of the user whose JWT this is, or ErrNotGood; why, the log tells.
func (u *Users) Of(token string) (*access.Principal, error) {
	user, err := u.user(token)
	if err != nil {
		return nil, u.refuse(err)
	}
	return user.grant.principal(user.grant.Name + " #" + user.Subject), nil
}

// NATSUser is what a user may do on a connection, beside what its role may.
type NATSUser struct {
	Who       *access.Principal
	Publish   jwt.Permission
	Subscribe jwt.Permission
	Until     time.Time
}

// Enter is the user whose JWT this is, at an address, where holds tells whether it has shown that it has a key; or ErrNotGood. What a JWT
// limits in a way that is not kept here is refused.
func (u *Users) Enter(token, host string, holds func(key string) bool) (n NATSUser, err error) {
	user, err := u.user(token)
	switch {
	case err != nil:
		return n, u.refuse(err)
	case !holds(user.Subject):
		return n, u.refuse(errors.New("it did not sign with the key of its JWT"))
	case !from(user.limits.Src, host):
		return n, u.refuse(errors.New("its JWT is not for this address"))
	}
	who := user.grant.principal(user.grant.Name + " #" + user.Subject)
	return NATSUser{who, user.limits.Pub, user.limits.Sub, time.Unix(user.Expires, 0)}, nil
}

func (u *Users) refuse(why error) error {
	if !errors.Is(why, ErrNotGood) && u.telling.Allow() {
		u.log.Info("a user of NATS was refused", "why", why)
	}
	return ErrNotGood
}

// user is the one whose JWT this is, at this time. ErrNotGood: no account here has signed it.
func (u *Users) user(token string) (*knownUser, error) {
	why := ErrNotGood
	for _, a := range u.accounts {
		user, err := a.user(token)
		if err == nil {
			return user, user.at(u.now())
		}
		if !errors.Is(err, ErrNotGood) {
			why = fmt.Errorf("account %s: %w", a.Account, err)
		}
	}
	return nil, why
}

// at is what is wrong with the JWT at that time. One that never runs out is not taken.
func (k *knownUser) at(now time.Time) error {
	switch {
	case k.Expires == 0:
		return errors.New("its JWT never runs out")
	case now.Unix() >= k.Expires:
		return errors.New("its JWT has run out")
	case now.Unix() < k.NotBefore:
		return errors.New("its JWT does not count yet")
	}
	return nil
}

func (a *account) user(token string) (*knownUser, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.read(); err != nil {
		return nil, err
	}
	if known := a.known[token]; known != nil {
		return known, nil
	}
	claims, err := jwt.DecodeUserClaims(token) // which compares the signature with the issuer that it names
	if err != nil || claims.Issuer != a.Account && claims.IssuerAccount != a.Account {
		return nil, ErrNotGood
	}
	user, err := a.check(claims)
	if err == nil {
		if len(a.known) >= maxKnown {
			clear(a.known)
		}
		a.known[token] = user
	}
	return user, err
}

// check is the user of claims that name this account.
func (a *account) check(claims *jwt.UserClaims) (*knownUser, error) {
	valid := jwt.CreateValidationResults()
	claims.Validate(valid)
	switch {
	case valid.IsBlocking(false) || !nkeys.IsValidPublicUserKey(claims.Subject):
		return nil, errors.New("its JWT is not one of a user")
	case !a.claims.DidSign(claims) || claims.IssuerAccount != "" && claims.IssuerAccount != a.Account:
		return nil, errors.New("its JWT is not signed by its account")
	case a.claims.IsClaimRevoked(claims):
		return nil, errors.New("its account has revoked it")
	}
	limits, err := a.limits(claims)
	if err != nil {
		return nil, err
	}
	grant := a.grant(map[string]any{"sub": claims.Subject, "name": claims.Name, "tags": tagsOf(claims)})
	if grant == nil {
		return nil, errors.New("no grant is for its " + a.Claim)
	}
	return &knownUser{claims, limits, grant}, nil
}

func tagsOf(claims *jwt.UserClaims) (tags []any) {
	for _, tag := range claims.Tags {
		tags = append(tags, strings.ToLower(tag))
	}
	return tags
}

// limits is what the user's JWT limits, or the template of a signing key that is for a role, or else the account by default.
func (a *account) limits(claims *jwt.UserClaims) (limits jwt.UserPermissionLimits, err error) {
	limits = claims.UserPermissionLimits
	if scope, ok := a.claims.SigningKeys[claims.Issuer].(*jwt.UserScope); ok {
		if err := scope.ValidateScopedSigner(claims); err != nil {
			return limits, err
		}
		limits = scope.Template
	}
	if limits.Pub.Empty() && limits.Sub.Empty() {
		limits.Pub, limits.Sub = a.claims.DefaultPermissions.Pub, a.claims.DefaultPermissions.Sub
	}
	subjects := slices.Concat(limits.Pub.Allow, limits.Pub.Deny, limits.Sub.Allow, limits.Sub.Deny)
	switch {
	case limits.BearerToken:
		return limits, errors.New("its JWT is for whoever has it (bearer), and is no secret")
	case limits.ProxyRequired, len(limits.Times) > 0, slices.ContainsFunc(subjects, func(s string) bool { return strings.Contains(s, "{{") }):
		return limits, errors.New("its JWT limits times, demands a proxy or has a template: that is not kept here")
	case len(limits.AllowedConnectionTypes) > 0 && !slices.Contains(limits.AllowedConnectionTypes, jwt.ConnectionTypeStandard):
		return limits, errors.New("its JWT is for other kinds of connections")
	}
	return limits, nil
}

// from tells whether an address is in one of the networks; none are all.
func from(networks jwt.CIDRList, host string) bool {
	address, err := netip.ParseAddr(host)
	return len(networks) == 0 || err == nil && slices.ContainsFunc(networks, func(network string) bool {
		prefix, err := netip.ParsePrefix(network)
		return err == nil && prefix.Contains(address.Unmap())
	})
}

// read brings up to date what the account's own JWT says. One that cannot be read is an error: then none of its users is let in. The
// caller holds the lock.
func (a *account) read() error {
	if a.JWT == "" {
		if a.claims == nil {
			a.claims, a.known = jwt.NewAccountClaims(a.Account), map[string]*knownUser{}
		}
		return nil
	}
	info, err := os.Stat(a.JWT)
	if err != nil {
		return err
	}
	if a.seen != nil && os.SameFile(a.seen, info) && a.seen.ModTime().Equal(info.ModTime()) && a.seen.Size() == info.Size() {
		return nil
	}
	claims, err := readAccount(a.JWT, a.Account)
	if err != nil {
		return err
	}
	a.seen, a.claims, a.known = info, claims, map[string]*knownUser{}
	return nil
}

// readAccount reads an account's JWT, which must be of this account.
func readAccount(path, key string) (*jwt.AccountClaims, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	token, err := jwt.ParseDecoratedJWT(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	claims, err := jwt.DecodeAccountClaims(strings.TrimSpace(token))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if claims.Subject != key {
		return nil, fmt.Errorf("%s is of another account", path)
	}
	return claims, nil
}
