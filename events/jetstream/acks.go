package jetstream

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// acks publishes batches of messages to the stream and receives their acknowledgements, all on one subscription. The
// asynchronous publishing of nats.go does the same for messages that come one by one from anywhere; what it makes for
// each of them, a future with two channels, a timer and a place in a map, costs as much as sending it.
//
// It belongs to one goroutine.
type acks struct {
	conn    *nats.Conn
	stream  string
	stored  []byte // begins the acknowledgement of what was stored there
	inbox   string
	arrived chan *nats.Msg
	first   uint64   // the number of the batch's first message
	next    uint64   // and of the next batch's
	message nats.Msg // the one that is sent, again and again: the connection copies it
	after   []string // in its header: the expected sequence of its subject
	end     []string // and, on remote servers, of the stream
}

func newAcks(conn *nats.Conn, stream string) (*acks, error) {
	a := &acks{conn: conn, stream: stream, stored: []byte(`{"stream":"` + stream + `","seq":`), inbox: conn.NewInbox() + ".", arrived: make(chan *nats.Msg, 2*maxGroup), after: make([]string, 1), end: make([]string, 1)}
	a.message.Header = nats.Header{jetstream.ExpectedLastSubjSeqHeader: a.after}
	if _, err := conn.ChanSubscribe(a.inbox+"*", a.arrived); err != nil {
		return nil, fmt.Errorf("listen for acknowledgements: %w", err)
	}
	return a, nil
}

// begin begins a batch of n messages. What still comes for the one before is not waited for any more.
func (a *acks) begin(n int) { a.first, a.next = a.next, a.next+uint64(n) }

// publish sends message i of the batch, an entry as it is stored, on the condition that its subject's last message is the
// expected one; and when it is fenced that the stream is the ledger's and its last message too: on servers of others
// somebody may have made another one with these subjects.
func (a *acks) publish(i int, p *pending, body []byte, fenced bool) error {
	a.message.Subject, a.message.Data = subjectOf(p.entry.Entity), body
	a.message.Reply = a.inbox + strconv.FormatUint(a.first+uint64(i), 10)
	a.after[0] = strconv.FormatUint(p.after, 10)
	if fenced {
		a.end[0] = strconv.FormatUint(p.end, 10)
		a.message.Header[jetstream.ExpectedStreamHeader] = []string{a.stream}
		a.message.Header[jetstream.ExpectedLastSeqHeader] = a.end
	}
	return a.conn.PublishMsg(&a.message)
}

// index is which message of the batch an acknowledgement is for, if it is for one of them.
func (a *acks) index(ack *nats.Msg) (int, bool) {
	n, err := strconv.ParseUint(ack.Subject[len(a.inbox):], 10, 64)
	return int(n - a.first), err == nil && n >= a.first && n < a.next
}

// read is the sequence at which a message was stored, or why it was not: an API error where the server says so.
func (a *acks) read(m *nats.Msg) (uint64, error) {
	if rest, ok := bytes.CutPrefix(m.Data, a.stored); ok {
		if n, err := strconv.ParseUint(string(bytes.TrimSuffix(rest, []byte("}"))), 10, 64); err == nil {
			return n, nil // most of them are just that
		}
	}
	var ack struct {
		jetstream.PubAck
		Error *jetstream.APIError
	}
	switch err := json.Unmarshal(m.Data, &ack); {
	case m.Header.Get("Status") == "503":
		return 0, nats.ErrNoResponders
	case err != nil:
		return 0, fmt.Errorf("read an acknowledgement: %w", err)
	case ack.Error != nil:
		return 0, ack.Error
	case ack.Stream != a.stream || ack.Sequence == 0:
		return 0, fmt.Errorf("%w: %w", jetstream.ErrInvalidJSAck, nats.ErrInvalidMsg)
	}
	return ack.Sequence, nil
}
