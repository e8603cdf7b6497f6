package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// certified is a certificate for 127.0.0.1 and its key, as files, and a client that trusts it.
func certified(t *testing.T) (cert, key string, client *http.Client) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	require.NoError(t, err)
	bytes, err := x509.MarshalPKCS8PrivateKey(private)
	require.NoError(t, err)
	dir := t.TempDir()
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	certPEM := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	require.NoError(t, os.WriteFile(cert, certPEM, 0o600))
	require.NoError(t, os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: bytes}), 0o600))
	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM(certPEM))
	return cert, key, &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, DisableKeepAlives: true}}
}

func TestItServesOverTLS(t *testing.T) {
	cert, key, client := certified(t)
	https, err := secureFlags{TLSCert: cert, TLSKey: key}.certificate()
	require.NoError(t, err)
	p, err := open(t.Context(), config{dir: t.TempDir(), http: "127.0.0.1:0", tls: https, gate: everyone("test")})
	require.NoError(t, err)
	defer func() { require.NoError(t, p.Close(t.Context())) }()
	answer, err := client.Get("https://" + p.listener.Addr().String() + "/readyz")
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Equal(t, 200, answer.StatusCode)
	require.Equal(t, "max-age=31536000", answer.Header.Get("Strict-Transport-Security"))
	plain, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Get("http://" + p.listener.Addr().String() + "/readyz")
	require.NoError(t, err)
	require.NoError(t, plain.Body.Close())
	require.Equal(t, 400, plain.StatusCode)
}

// TestMetricsHaveAPortOfTheirOwn, which serves nothing else.
func TestMetricsHaveAPortOfTheirOwn(t *testing.T) {
	port, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := port.Addr().String()
	require.NoError(t, port.Close())
	p, err := open(t.Context(), config{dir: t.TempDir(), metrics: address, gate: everyone("test")})
	require.NoError(t, err)
	defer func() { require.NoError(t, p.Close(t.Context())) }()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Get("http://" + address + "/v1/overdue")
	require.NoError(t, err)
	text, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Contains(t, string(text), "ettervern_sequence 0")
}

// TestATokenGoesNowhereItCouldBeRead: neither over plain HTTP to another machine nor out of a file that others read.
func TestATokenGoesNowhereItCouldBeRead(t *testing.T) {
	t.Setenv("ETTERVERN_TOKEN", "ettervern_X")
	for server, safe := range map[string]bool{
		"http://127.0.0.1:1": true, "http://localhost": true, "https://ettervern.example": true, "http://ettervern.example": false, "http://192.0.2.1:8080": false, "nowhere": false,
	} {
		_, err := (&cli{Server: server}).remoteClient()
		require.Equal(t, safe, err == nil, server)
	}
}
