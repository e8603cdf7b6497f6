package credentials

import (
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/alexedwards/scs/v2"
)

// sessions keeps sessions in memory until they run out. It is safe for concurrent use.
type sessions struct {
	mu    sync.Mutex
	by    map[string]kept // guarded by mu, like swept
	swept time.Time
}

type kept struct {
	data  []byte
	until time.Time
}

// maxSessions is how many there may be: logins that were begun and never finished must not fill the memory.
const maxSessions = 100_000

var errFull = errors.New("too many logins are under way")

// Find is the session of a cookie.
func (s *sessions) Find(token string) ([]byte, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	one, known := s.by[token]
	return one.data, known && time.Now().Before(one.until), nil
}

// Commit keeps a session, and now and then forgets those that have run out.
func (s *sessions) Commit(token string, data []byte, until time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	if now.Sub(s.swept) > time.Minute {
		for other, one := range s.by {
			if !now.Before(one.until) {
				delete(s.by, other)
			}
		}
		s.swept = now
	}
	if _, known := s.by[token]; !known && len(s.by) >= maxSessions {
		return errFull
	}
	s.by[token] = kept{data, until}
	return nil
}

// Delete ends a session.
func (s *sessions) Delete(token string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.by, token)
	return nil
}

// newSessions is the manager of sessions in memory. The library's own way to make one starts a sweeper that nothing ends.
func newSessions(https bool) *scs.SessionManager {
	name := "ettervern"
	if https {
		name = "__Host-ettervern" // browsers take it from this host over https only
	}
	return &scs.SessionManager{
		Store: &sessions{by: map[string]kept{}}, Lifetime: sessionLife, Codec: scs.GobCodec{},
		Cookie: scs.SessionCookie{Name: name, Secure: https, HttpOnly: true, SameSite: http.SameSiteLaxMode, Path: "/"},
		ErrorFunc: func(w http.ResponseWriter, _ *http.Request, _ error) {
			http.Error(w, "the session could not be kept; try again later", http.StatusServiceUnavailable)
		},
	}
}
