package access

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"ettervern/events"
)

// Scope is what a credential is good for, beside its role. Which fields a role has, Check says.
type Scope struct {
	Organisation   string      `json:"organisation,omitempty" doc:"The organisation number, nine digits."`
	Municipalities []string    `json:"municipalities,omitempty" doc:"Municipality numbers."`
	Service        string      `json:"service,omitempty" doc:"Of an emitter: the service whose events it tells."`
	Source         string      `json:"source,omitempty" doc:"Of an emitter: the source of its events, or what that begins with before a slash."`
	Office         string      `json:"office,omitempty" doc:"Of a supervisor: a county governor's office."`
	Nation         bool        `json:"nation,omitempty" doc:"Of a supervisor: everywhere."`
	Youths         []string    `json:"youths,omitempty" doc:"Of an auditor: the sample."`
	Until          events.Date `json:"until,omitzero" doc:"Of an auditor: the last day."`
	Protected      bool        `json:"protected,omitempty" doc:"Youths whose address is protected are shown too."`
	AccessLog      bool        `json:"accessLog,omitempty" doc:"Of an auditor: the whole log of who has looked, at everyone."`
}

// Principal is who asks, as its credential says. It is never changed once it is made.
type Principal struct {
	Name  string // for the access log and limits: which credential, or who
	Role  Role
	Actor string // under which events are recorded; the role, but for operators
	Scope
}

// Open is everyone, where no credentials are asked for: an operator under the name of what stands in the events as actor.
func Open(actor string) *Principal { return &Principal{Name: actor, Role: Operator, Actor: actor} }

// Denied is a no: the role does not reach so far, or nobody has said who is asking.
type Denied struct {
	Role      Role // "" for nobody
	Operation Operation
}

// Error says who may not do what.
func (d *Denied) Error() string {
	if d.Role == "" {
		return "this needs a credential"
	}
	return fmt.Sprintf("a credential with the role %s does not allow this (%s)", d.Role, d.Operation)
}

type key struct{}

// With is the context of what a principal asks.
func With(ctx context.Context, p *Principal) context.Context { return context.WithValue(ctx, key{}, p) }

// From is the principal who asks, nil for nobody.
func From(ctx context.Context) *Principal {
	p, _ := ctx.Value(key{}).(*Principal)
	return p
}

// Grant is a principal's leave for one operation, as far as Reach.
type Grant struct {
	*Principal
	Reach Reach
}

// Allowed is the leave of whoever asks in this context, or a *Denied.
func Allowed(ctx context.Context, operation Operation) (Grant, error) {
	p := From(ctx)
	if p == nil {
		return Grant{}, &Denied{Operation: operation}
	}
	if reach := ReachOf(p.Role, operation); reach != Nothing && (reach != Named || p.AccessLog) {
		return Grant{p, reach}, nil
	}
	return Grant{}, &Denied{p.Role, operation}
}

// Subject is what something is about. Fields that an operation does not have are left empty.
type Subject struct {
	Municipality string // responsible today, or that the verdict belongs to
	Office       string // of the municipality
	Youth        string
	Protected    bool   // the youth's address
	Service      string // of an event, "" where any service may tell it
	Source       string // of an event
}

// Covers tells whether the leave reaches to what is read, on a day.
func (g Grant) Covers(s Subject, today events.Date) bool {
	if s.Protected && !g.SeesProtected() && g.Reach != Named || g.Over(today) { // what is named is whole, or it proves nothing
		return false
	}
	switch g.Reach {
	case All:
		return true
	case Named:
		return g.AccessLog
	case Own:
		return slices.Contains(g.Municipalities, s.Municipality)
	case Territory:
		return g.Nation || g.Office != "" && s.Office == g.Office || slices.Contains(g.Municipalities, s.Municipality)
	case Sample:
		return slices.Contains(g.Youths, s.Youth)
	case Nothing:
	}
	return false
}

// SeesProtected tells whether youths whose address is protected are reached too. An emitter tells of them as of others, and
// reads nothing.
func (g Grant) SeesProtected() bool { return g.Protected || g.Role == Operator || g.Role == Emitter }

// Over tells whether the principal's last day has passed.
func (p *Principal) Over(today events.Date) bool { return p.Until != 0 && today > p.Until }

// Coarse tells whether dates are told by month: beyond the municipality.
func (g Grant) Coarse() bool { return g.Reach == Territory && (g.Nation || g.Office != "") }

// OwnsSource tells whether events of this source are the principal's to tell, and to ask about.
func (g Grant) OwnsSource(source string) bool {
	return g.Reach == All || g.Source != "" && (source == g.Source || strings.HasPrefix(source, strings.TrimSuffix(g.Source, "/")+"/"))
}

// OwnsService tells whether an event of this service is the principal's to tell; "" is any service's.
func (g Grant) OwnsService(service string) bool {
	return g.Reach == All || service == "" || service == g.Service
}

// OwnsMunicipality tells whether it is one of the principal's.
func (g Grant) OwnsMunicipality(number string) bool {
	return g.Reach == All || slices.Contains(g.Municipalities, number)
}
