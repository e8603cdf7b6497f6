package witness

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"ettervern/events/proof"
)

const (
	addPath  = "/add-checkpoint"
	sizeType = "text/x.tlog.size"
	maxBody  = 64 << 10 // bytes: a proof of 63 hashes and a checkpoint with many cosignatures
)

// answer is what a witness says to a submission.
type answer struct {
	status    int
	mediaType string
	body      string
}

func refused(status int, why string) answer {
	return answer{status, "text/plain; charset=utf-8", why + "\n"}
}

// conflict tells how large the ledger was that the witness saw last.
func (l *ledger) conflict() answer {
	return answer{http.StatusConflict, sizeType, fmt.Sprintf("%d\n", l.seen.Size)}
}

// Handler is the witness over HTTP: add-checkpoint of C2SP tlog-witness, and /healthz.
func (w *Witness) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+addPath, func(out http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(out, r.Body, maxBody))
		a := refused(http.StatusRequestEntityTooLarge, fmt.Sprintf("a submission has at most %d bytes", maxBody))
		if err == nil {
			a = w.add(body)
		}
		out.Header().Set("Content-Type", a.mediaType)
		out.Header().Set("X-Content-Type-Options", "nosniff")
		out.WriteHeader(a.status)
		_, _ = io.WriteString(out, a.body) // nobody listens any more
	})
	mux.HandleFunc("GET /healthz", func(out http.ResponseWriter, _ *http.Request) { out.WriteHeader(http.StatusNoContent) })
	return mux
}

// NewServer is an HTTP server with limits on time and size.
func NewServer(handler http.Handler) *http.Server {
	return &http.Server{
		Handler: handler, MaxHeaderBytes: 16 << 10,
		ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 20 * time.Second, WriteTimeout: 20 * time.Second, IdleTimeout: 2 * time.Minute,
	}
}

// add judges a submission, in the order of the specification.
func (w *Witness) add(body []byte) answer {
	s, err := proof.ParseSubmission(body)
	if err != nil {
		return refused(http.StatusBadRequest, "this is not a submission of C2SP tlog-witness")
	}
	l := w.ledgers[s.Origin]
	if l == nil {
		return refused(http.StatusNotFound, "this witness does not know that ledger")
	}
	c, err := proof.OpenCheckpoint(s.Signed, l.verifier)
	switch {
	case err != nil:
		return refused(http.StatusForbidden, "the checkpoint is not signed by the key that this witness knows")
	case s.Old > c.Size:
		return refused(http.StatusBadRequest, "the old size is larger than the checkpoint's")
	}
	return w.cosign(l, s, c)
}

// cosign looks whether the checkpoint continues what was seen, writes it down, and only then signs: nobody holds a
// cosignature of something that the witness, after whatever crash, does not know. One at a time for each ledger.
//
// Of one size it cosigns one root only, and one directory.
func (w *Witness) cosign(l *ledger, s proof.Submission, c proof.Checkpoint) answer {
	l.mu.Lock()
	defer l.mu.Unlock()
	if s.Old != l.seen.Size || c.Size == l.seen.Size && another(l.seen, c) {
		return l.conflict()
	}
	if err := s.Grows(l.seen, c); errors.Is(err, proof.ErrForged) {
		return refused(http.StatusUnprocessableEntity, "the checkpoint does not continue the one that this witness saw last")
	}
	if err := writeDurably(l.file, s.Signed); err != nil {
		return refused(http.StatusInternalServerError, "the witness cannot write down what it has seen")
	}
	l.seen = c
	line, err := w.cosigner.Cosign(proof.Body(s.Signed))
	if err != nil {
		return refused(http.StatusInternalServerError, "the witness cannot sign")
	}
	return answer{http.StatusOK, "text/plain; charset=utf-8", string(line)}
}

// another tells whether a checkpoint of the same size is of another ledger. One of before there was a directory says nothing of it.
func another(seen, c proof.Checkpoint) bool {
	return c.Root != seen.Root || seen.Directory != (proof.Hash{}) && c.Directory != seen.Directory
}
