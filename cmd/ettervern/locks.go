package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"ettervern/cmd/ettervern/access"
	"ettervern/cmd/ettervern/credentials"
	"ettervern/events/jetstream"
	"ettervern/projections"
)

// secureFlags say how the doors are locked.
type secureFlags struct {
	TLSCert      string `help:"Serve HTTPS with this certificate, PEM." placeholder:"FILE" type:"path"`
	TLSKey       string `help:"The key of --tls-cert." placeholder:"FILE" type:"path"`
	BehindProxy  bool   `help:"Your word that a proxy before this speaks TLS with everyone else; needed to serve beyond this machine without --tls-cert."`
	Metrics      string `help:"Serve metrics here to whoever asks, loopback only; without it they need an administrator's token." placeholder:"HOST:PORT"`
	Issuers      string `help:"Who else tells who machines and people are: a file, see docs/access.md." placeholder:"FILE" type:"path"`
	Accesses     string `help:"The directory of the log of who has looked; in --data when not told otherwise." placeholder:"DIR" type:"path"`
	KeepAccesses int    `help:"For how many years after its own a year of that log is kept; 0 for ever." default:"5" placeholder:"YEARS"`
	Tokens       string `help:"The file of tokens; in --data when not told otherwise." placeholder:"FILE" type:"path"`
}

// check refuses a door that would be open though it should not be.
func (f secureFlags) check(s *serveCommand, remote *jetstream.Remote) error {
	switch {
	case f.KeepAccesses < 0:
		return usageError("--keep-accesses is a number of years, or 0 to keep the log for ever")
	case (f.TLSCert == "") != (f.TLSKey == ""):
		return usageError("--tls-cert and --tls-key go together")
	case s.Insecure && (f.TLSCert != "" || f.BehindProxy || f.Tokens != "" || f.Issuers != ""):
		return usageError("--insecure asks nobody for credentials and runs on loopback only; leave out --tls-cert, --behind-proxy, --issuers and --tokens")
	case s.Insecure:
		const why = "--insecure is for this machine only. It must be"
		return errors.Join(loopback(s.HTTP, why), loopback(s.listen(), why))
	case s.TLSCert == "" && loopback(s.listen(), "") != nil:
		return usageError(s.listen() + " can be reached from other machines: NATS clients there need TLS, --tls-cert and --tls-key; a proxy does not speak it")
	case f.TLSCert != "" || f.BehindProxy:
		return nil
	}
	return loopback(s.HTTP, "give --tls-cert and --tls-key, or --behind-proxy, your word that a proxy does it, or credentials and contents are read on the way. Else it must be")
}

// certificate is what HTTPS is served with; nil for HTTP.
func (f secureFlags) certificate() (*tls.Config, error) {
	if f.TLSCert == "" {
		return nil, nil
	}
	pair, err := tls.LoadX509KeyPair(f.TLSCert, f.TLSKey)
	if err != nil {
		return nil, usageError("--tls-cert, --tls-key: " + err.Error())
	}
	return &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}, nil
}

// lock sets who is asked for credentials: everyone, but with --insecure.
func (s *serveCommand) lock(c *cli, of *config) error {
	if s.Insecure {
		fmt.Fprint(c.errs, insecureWarning)
		of.gate, of.callers = everyone("unauthenticated"), everyone("unauthenticated")
		return nil
	}
	of.tokens = c.tokens(s.Tokens, of.municipalities)
	gate := credentials.Gate{Tokens: of.tokens}
	if s.Issuers != "" {
		issuers, err := credentials.ReadIssuers(s.Issuers, places(of.municipalities))
		if err != nil {
			return usageError(err.Error())
		}
		gate.Machines = credentials.NewMachines(issuers, time.Now, of.log)
		if gate.People, err = credentials.NewPeople(issuers, of.log); err != nil {
			return usageError(err.Error())
		}
		of.people, of.users = gate.People, credentials.NewUsers(issuers, time.Now, of.log)
	}
	of.gate = gate
	return nil
}

func (s *serveCommand) scheme() string {
	if s.TLSCert != "" {
		return "https"
	}
	return "http"
}

// everyone is let in as an operator; the actor is what is stored with the events.
func everyone(actor string) credentials.Everyone {
	return credentials.Everyone{Principal: access.Open(actor)}
}

// tokensName is the file of tokens in the ledger's directory.
const tokensName = "tokens.json"

// tokens is the tokens in the file named, or in the ledger's directory.
func (c *cli) tokens(file string, known *projections.Municipalities) *credentials.Tokens {
	if file == "" {
		file = filepath.Join(c.Data, tokensName)
	}
	return credentials.OpenTokens(file, places(known), time.Now)
}

// places is where a credential can be good for: the county governors' offices, and the municipality numbers that are, or ever
// were; by their county only where there is no table.
func places(known *projections.Municipalities) access.Places {
	return access.Places{Offices: projections.Offices, Municipality: func(number string) bool {
		return projections.OfficeOf(number) != projections.OfficeUnknown && (known == nil || known.Has(number))
	}}
}

// first prints an administrator's token when there has never been any. Only what is printed here opens the ledger then.
func (c *cli) first(tokens *credentials.Tokens) error {
	if tokens == nil {
		return nil
	}
	secret, err := tokens.First()
	if secret != "" {
		fmt.Fprintf(c.errs, "\n  An administrator's token, good for 30 days, shown this once:\n\n    %s\n\n"+
			"  It hands out others (ettervern token create) and sees nothing of the contents.\n\n", secret)
	}
	return err
}

// remoteClient asks a running server, with the token of the environment or of a file.
func (c *cli) remoteClient() (*client, error) {
	token, err := c.token()
	if err != nil {
		return nil, err
	}
	base, err := url.Parse(c.Server)
	if err != nil || base.Host == "" || base.Scheme != "https" && base.Scheme != "http" {
		return nil, usageError("--server must be a URL such as https://ettervern.example")
	}
	if token != "" && base.Scheme != "https" && loopback(hostPort(base), "") != nil {
		return nil, usageError("the token would be read on the way: --server must be https, or on this machine")
	}
	return &client{
		base: strings.TrimSuffix(c.Server, "/"), http: http.Client{Transport: bearer{token}},
		close: func() error { return nil },
	}, nil
}

func hostPort(u *url.URL) string {
	if u.Port() == "" {
		return u.Host + ":80"
	}
	return u.Host
}

// token is the one to ask the server with; "" for none.
func (c *cli) token() (string, error) {
	if token := os.Getenv("ETTERVERN_TOKEN"); token != "" {
		return token, nil
	}
	if c.TokenFile == "" {
		return "", nil
	}
	info, err := os.Stat(c.TokenFile)
	if err == nil && info.Mode().Perm()&0o077 != 0 {
		err = fmt.Errorf("%s: %w", c.TokenFile, credentials.ErrOpenFile)
	}
	text, failed := os.ReadFile(c.TokenFile)
	if err = errors.Join(err, failed); err != nil {
		return "", usageError("--token-file: " + err.Error())
	}
	return strings.TrimSpace(string(text)), nil
}

// bearer sends the token with each request.
type bearer struct{ token string }

// RoundTrip asks once.
func (b bearer) RoundTrip(r *http.Request) (*http.Response, error) {
	if b.token != "" {
		r = r.Clone(r.Context())
		r.Header.Set("Authorization", "Bearer "+b.token)
	}
	return http.DefaultTransport.RoundTrip(r)
}
