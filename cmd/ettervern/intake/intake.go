// Package intake is the NATS door: the micro service "ettervern", which takes events and answers questions with the
// same bodies as the HTTP door.
//
// A client that sends requests without awaiting their answers says nothing about their order; events that must follow
// one another go into one request.
package intake

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"

	"ettervern/cmd/ettervern/access"
	"ettervern/cmd/ettervern/credentials"
	"ettervern/commands"
)

// Recorder is the one path into the ledger. A receipt of success is given only after it is durable.
type Recorder interface {
	// Record records one CloudEvent.
	Record(ctx context.Context, raw []byte, actor string) commands.Receipt
	// RecordAll records several and calls each with their receipts, in order, one at a time. After an error, some of
	// the last have no receipt.
	RecordAll(ctx context.Context, raws iter.Seq2[[]byte, error], actor string, each func(commands.Receipt) error) error
}

// Params are the parameters of a question, by their HTTP query names, as text.
type Params = map[string]string

// Asker answers questions from what is durable, with what becomes JSON. Its errors are those of commands.ProblemOf.
type Asker interface {
	Overdue(ctx context.Context, params Params) (any, error)
	Verdicts(ctx context.Context, params Params) (any, error)
	History(ctx context.Context, youth string, params Params) (any, error)
	YouthAccesses(ctx context.Context, youth string, params Params) (any, error)
	Receipts(ctx context.Context, source string, ids []string) (any, error)
	SupervisionAsker
	UnitAsker
	ScorecardAsker
}

// Pseudonyms knows the youth's UUID for an identity number.
type Pseudonyms interface {
	// Youth stores nothing; its error is an *events.FormError for what is no number, and never repeats it.
	Youth(ctx context.Context, identityNumber string) (string, error)
}

// Gate tells who is asking.
type Gate interface {
	// Caller is who asks, by what the server says of the connection (Nats-Request-Info), never by what the request says of itself;
	// an error for nobody it knows.
	Caller(requestInfo string) (*access.Principal, error)
}

// Warrant holds those who record to what their credential says.
type Warrant interface {
	// Issue is the context in which whoever asks may do this, and the role that is stored with it; or an *access.Denied.
	Issue(ctx context.Context, operation access.Operation) (context.Context, string, error)
}

// Config is what the service needs. Every field is required.
type Config struct {
	Conn       *nats.Conn // into the account where clients' requests arrive; closed by its owner, after the service
	Gate       Gate
	Warrant    Warrant
	Recorder   Recorder
	Asker      Asker
	Pseudonyms Pseudonyms
	Version    string // of the program, semantic
	Log        *slog.Logger
}

// requestInfo is the header in which the server says who sent a request from another account. It takes out one that a
// client has set itself.
const requestInfo = "Nats-Request-Info"

const (
	maxInFlight = 1024             // requests under way at once; the others wait in the connection
	patience    = 30 * time.Second // for one request
)

// Service answers requests until it is closed. It is safe for concurrent use.
type Service struct {
	config Config
	micro  micro.Service
	slots  chan struct{} // one for each request under way
	limits *credentials.Limits

	mu     sync.Mutex
	closed bool           // guarded by mu: no request begins after it was set
	under  sync.WaitGroup // requests under way; Add only under mu
}

// Start answers requests on the connection. When it returns, the server knows of the service.
func Start(config Config) (*Service, error) {
	s := &Service{config: config, slots: make(chan struct{}, maxInFlight), limits: credentials.NewLimits(credentials.RequestsPerSecond, credentials.RequestsAtOnce)}
	service, err := micro.AddService(config.Conn, micro.Config{
		Name: "ettervern", Version: config.Version, Description: "The ledger of aftercare: record events, ask who is overdue",
	})
	if err != nil {
		return nil, fmt.Errorf("start NATS service: %w", err)
	}
	s.micro = service
	if err := errors.Join(s.addEndpoints(), config.Conn.Flush()); err != nil {
		return nil, errors.Join(fmt.Errorf("start NATS service: %w", err), service.Stop())
	}
	return s, nil
}

// answerer makes the answer to one request.
type answerer func(ctx context.Context, body []byte) answer

func (s *Service) addEndpoints() error {
	endpoints := []struct {
		name   string
		answer answerer
	}{
		{"record", s.record}, {"overdue", s.overdue}, {"verdicts", s.verdicts}, {"history", s.history}, {"accesses", s.accesses}, {"receipts", s.receipts},
		{"supervisions", s.supervisions}, {"supervision", s.supervision}, {"supervision_figures", s.supervisionFigures},
		{"units", s.units},
		{"scorecard", s.scorecard},
		{"pseudonym", s.pseudonym},
	}
	group := s.micro.AddGroup("ettervern.v1")
	for _, e := range endpoints {
		if err := group.AddEndpoint(e.name, s.handler(e.answer)); err != nil {
			return err
		}
	}
	return nil
}

// Close takes no further requests and returns when those under way are answered.
func (s *Service) Close() error {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.under.Wait()
	if err := s.micro.Stop(); err != nil {
		return fmt.Errorf("stop NATS service: %w", err)
	}
	return nil
}

// handler answers requests side by side, so that those waiting for the ledger share its groups.
func (s *Service) handler(answer answerer) micro.Handler {
	return micro.HandlerFunc(func(request micro.Request) {
		reply, body := request.Reply(), request.Data()
		if !answerable(reply) {
			return // neither recorded nor answered: the answer could go where only the ledger may write
		}
		if !s.begin() {
			s.send(reply, failed(stopping))
			return
		}
		info := request.Headers().Values(requestInfo)
		go func() {
			defer s.end()
			who, err := s.caller(info)
			if err != nil {
				s.send(reply, failed(noCredential))
				return
			}
			if who.Role != access.Operator && !s.limits.Allow(who.Name) {
				s.send(reply, failed(tooOften))
				return
			}
			ctx, cancel := context.WithTimeout(access.With(context.Background(), who), patience)
			defer cancel()
			s.send(reply, answer(ctx, body))
		}()
	})
}

// caller is who asks. The server puts its word in place of a client's; should there be two, neither is believed.
func (s *Service) caller(info []string) (*access.Principal, error) {
	if len(info) > 1 {
		return nil, errTwoWords
	}
	return s.config.Gate.Caller(strings.Join(info, ""))
}

var errTwoWords = errors.New("the request says twice who asks")

// answerable tells a client's own inbox, or the server's name for one in another account, from any other subject.
func answerable(reply string) bool {
	return strings.HasPrefix(reply, "_INBOX.") || strings.HasPrefix(reply, "_R_.")
}

func (s *Service) begin() bool {
	s.slots <- struct{}{}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		<-s.slots
		return false
	}
	s.under.Add(1)
	return true
}

func (s *Service) end() {
	<-s.slots
	s.under.Done()
}

// send answers by the connection: micro's own way to answer with an error belongs to its callback, which has returned.
// A client that does not get its answer asks for its receipts, so that a lost answer loses nothing.
func (s *Service) send(reply string, a answer) {
	err := s.publish(reply, a)
	if errors.Is(err, errTooLarge) {
		err = s.publish(reply, failed(tooLarge))
	}
	if err != nil {
		s.config.Log.Warn("a NATS request was not answered", "error", err)
	}
}

func (s *Service) publish(reply string, a answer) error {
	body, err := a.encode(s.config.Conn.MaxPayload())
	if err != nil {
		return err
	}
	m := &nats.Msg{Subject: reply, Data: body}
	if a.problem != nil {
		m.Header = nats.Header{micro.ErrorHeader: {a.problem.Code}, micro.ErrorCodeHeader: {strconv.Itoa(a.status)}}
	}
	return s.config.Conn.PublishMsg(m)
}
