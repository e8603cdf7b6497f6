package witness

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"ettervern/events/proof"
)

var (
	// ErrAddress: what is given of a witness is not its address and key.
	ErrAddress = errors.New("a witness is URL,KEY: the address under which it takes add-checkpoint, a comma, its public key NAME+ID+KEY")
	// errAnswer: the witness did not cosign, and nothing is to be concluded from that.
	errAnswer = errors.New("the witness did not cosign")
)

// Client asks one witness to cosign. It may be used by one goroutine at a time.
type Client struct {
	url      string
	verifier note.Verifier
	http     http.Client
	seen     uint64 // the size that the witness saw last, as far as this process knows
}

// NewClient reads URL,KEY. It fails with ErrAddress.
func NewClient(address string) (*Client, error) {
	where, key, found := strings.Cut(address, ",")
	u, err := url.Parse(where)
	if !found || err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
		return nil, ErrAddress
	}
	verifier, err := proof.NewCosignatureVerifier(key)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrAddress, err)
	}
	return &Client{url: strings.TrimSuffix(where, "/") + addPath, verifier: verifier}, nil
}

// Name is the witness's name.
func (c *Client) Name() string { return c.verifier.Name() }

// Cosign is the witness's signature line under a checkpoint. growth proves that the ledger begins with the entries that the
// witness has seen; how many these are it tells itself when it was asked from another size. proof.ErrRewritten: it has seen
// more of the ledger, or another one.
func (c *Client) Cosign(ctx context.Context, signed proof.Signed, growth func(old uint64) ([]byte, error)) ([]byte, error) {
	for range 2 {
		old := c.seen
		body, err := growth(old)
		if err != nil {
			return nil, err
		}
		status, text, err := c.post(ctx, body)
		switch {
		case err != nil:
			return nil, fmt.Errorf("%w: %w", errAnswer, err)
		case status == http.StatusConflict:
			if err := c.conflict(text, old, signed.Size); err != nil {
				return nil, err
			}
		case status == http.StatusUnprocessableEntity:
			return nil, fmt.Errorf("%w: %s: its first %d entries are not those of here", proof.ErrRewritten, c.Name(), old)
		case status == http.StatusOK:
			return c.line(signed, text)
		default:
			return nil, fmt.Errorf("%w: it answered %d: %.200q", errAnswer, status, text)
		}
	}
	return nil, fmt.Errorf("%w: somebody else brings it checkpoints at the same time", errAnswer)
}

func (c *Client) post(ctx context.Context, body []byte) (status int, text string, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	response, err := c.http.Do(request)
	if err != nil {
		return 0, "", err
	}
	defer response.Body.Close()
	answered, err := io.ReadAll(io.LimitReader(response.Body, maxBody))
	return response.StatusCode, string(answered), err
}

// conflict takes the size that the witness saw last. It is proof.ErrRewritten when that is more than there is here, or the
// size that it was asked from: then it has another root of it.
func (c *Client) conflict(text string, old, size uint64) error {
	seen, err := strconv.ParseUint(strings.TrimSuffix(text, "\n"), 10, 63)
	switch {
	case err != nil:
		return fmt.Errorf("%w: it told of a conflict, and not of which size", errAnswer)
	case seen > size:
		return fmt.Errorf("%w: %s has seen %d entries, here are %d", proof.ErrRewritten, c.Name(), seen, size)
	case seen == old:
		return fmt.Errorf("%w: %s has seen another ledger of %d entries", proof.ErrRewritten, c.Name(), seen)
	}
	c.seen = seen
	return nil
}

func (c *Client) line(signed proof.Signed, text string) ([]byte, error) {
	lines := proof.Cosignatures([]byte(proof.Body(signed.Note)+"\n"+text), []note.Verifier{c.verifier})
	if len(lines) != 1 {
		return nil, fmt.Errorf("%w: what it answered is not its cosignature", errAnswer)
	}
	c.seen = signed.Size
	return []byte(lines[0]), nil
}
