// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package rest

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/unrolled/render"

	"go.ligato.io/cn-infra/v2/rpc/internal/certtest"
)

func TestPortTaken(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()

	p := NewPlugin(UseConf(Config{Endpoint: taken.Addr().String()}))
	if err := p.Init(); err != nil {
		t.Fatal(err)
	}
	err = p.AfterInit()
	if !errors.Is(err, syscall.EADDRINUSE) || !strings.Contains(err.Error(), taken.Addr().String()) {
		t.Errorf("AfterInit() = %v, want an error that names the address", err)
	}
	if err := p.Close(); err != nil {
		t.Errorf("Close() after a failed start = %v", err)
	}
}

func TestCloseIsAlwaysPossible(t *testing.T) {
	p := NewPlugin()
	for range 2 {
		if err := p.Close(); err != nil {
			t.Errorf("Close() before Init = %v", err)
		}
	}
	p = start(t, Config{})
	for range 2 {
		if err := p.Close(); err != nil {
			t.Errorf("Close() = %v", err)
		}
	}
}

func TestDisabled(t *testing.T) {
	p := start(t, Config{Disabled: true})
	if route := p.RegisterHTTPHandler("/", text("never")); route == nil || route.Name("name").GetError() != nil {
		t.Errorf("route is %v", route)
	}
	if port := p.GetPort(); port != 0 {
		t.Errorf("port is %d", port)
	}
}

func TestCloseLetsRequestsEnd(t *testing.T) {
	p := start(t, Config{})
	entered, release := make(chan struct{}), make(chan struct{})
	p.RegisterHTTPHandler("/", func(*render.Render) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			close(entered)
			<-release
			_, _ = io.WriteString(w, "done")
		}
	})
	answered := make(chan string)
	go func() {
		resp, err := client.Get(p.url("/"))
		if err != nil {
			answered <- err.Error()
			return
		}
		defer resp.Body.Close()
		body, _ := io.ReadAll(resp.Body)
		answered <- string(body)
	}()
	<-entered
	closed := make(chan error)
	go func() { closed <- p.server.close(time.Minute) }()
	close(release)
	if err := <-closed; err != nil {
		t.Errorf("close() = %v", err)
	}
	if got := <-answered; got != "done" {
		t.Errorf("answer is %q", got)
	}
}

// A handler that does not return does not keep Close from returning.
func TestCloseIsBounded(t *testing.T) {
	p := start(t, Config{})
	entered := make(chan struct{})
	p.RegisterHTTPHandler("/", func(*render.Render) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			close(entered)
			<-r.Context().Done()
		}
	})
	answered := make(chan error)
	go func() {
		resp, err := client.Get(p.url("/"))
		if err == nil {
			resp.Body.Close()
		}
		answered <- err
	}()
	<-entered
	if err := p.Close(); err != nil {
		t.Errorf("Close() = %v", err)
	}
	if err := <-answered; err == nil {
		t.Error("the request that was cut off got an answer")
	}
}

func TestBodyIsLimited(t *testing.T) {
	p := start(t, Config{})
	p.RegisterHTTPHandler("/", func(*render.Render) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
				w.WriteHeader(http.StatusInsufficientStorage) // to tell it from the server's own
				return
			}
			_, _ = io.WriteString(w, strconv.Itoa(len(body)))
		}
	}, http.MethodPut)

	// The body is sent only if it is wanted, however long the answer takes:
	// a server that closes while it is being sent may reset the connection.
	waiting := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, ExpectContinueTimeout: time.Minute}}
	put := func(size int, announced bool) answer {
		t.Helper()
		var body io.Reader = bytes.NewReader(make([]byte, size))
		if !announced {
			body = io.MultiReader(body) // hides the length
		}
		req, err := http.NewRequest(http.MethodPut, p.url("/"), body)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Expect", "100-continue")
		resp, err := waiting.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		text, _ := io.ReadAll(resp.Body)
		return answer{resp.StatusCode, resp.Header, string(text)}
	}
	for _, announced := range []bool{true, false} {
		if got := put(maxBodyBytes, announced); got.status != 200 || got.body != strconv.Itoa(maxBodyBytes) {
			t.Errorf("largest body, announced %v: %d %q", announced, got.status, got.body)
		}
	}
	if got := put(maxBodyBytes+1, true); got.status != http.StatusRequestEntityTooLarge {
		t.Errorf("body that is too large: %d %q", got.status, got.body)
	}
	if got := put(maxBodyBytes+1, false); got.status != http.StatusInsufficientStorage {
		t.Errorf("body that turns out to be too large: %d %q", got.status, got.body)
	}
}

// Clients that do not send their request to the end are disconnected.
func TestSlowSenders(t *testing.T) {
	const header = "GET / HTTP/1.1\r\nHost: agent\r\n"
	for name, sent := range map[string]string{
		"nothing":     "",
		"half header": header,
		"half body":   header + "Content-Length: 10\r\n\r\nhalf",
		"idle":        header + "\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			p := start(t, Config{
				ReadHeaderTimeout: 100 * time.Millisecond,
				ReadTimeout:       200 * time.Millisecond,
				IdleTimeout:       100 * time.Millisecond,
			})
			p.RegisterHTTPHandler("/", func(*render.Render) http.HandlerFunc {
				return func(w http.ResponseWriter, r *http.Request) {
					if _, err := io.ReadAll(r.Body); err != nil {
						http.Error(w, "incomplete", http.StatusBadRequest)
					}
				}
			})
			conn, err := net.Dial("tcp", "127.0.0.1:"+strconv.Itoa(p.GetPort()))
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			if _, err := io.WriteString(conn, sent); err != nil {
				t.Fatal(err)
			}
			if err := conn.SetReadDeadline(time.Now().Add(30 * time.Second)); err != nil {
				t.Fatal(err)
			}
			if _, err := io.Copy(io.Discard, conn); errors.Is(err, os.ErrDeadlineExceeded) {
				t.Error("the connection is still open")
			}
		})
	}
}

func TestConnectionsAreCapped(t *testing.T) {
	p := start(t, Config{ReadHeaderTimeout: -1, ReadTimeout: -1, IdleTimeout: -1})
	p.RegisterHTTPHandler("/", text("served"))
	address := "127.0.0.1:" + strconv.Itoa(p.GetPort())

	var conns []net.Conn
	defer func() {
		for _, conn := range conns {
			conn.Close()
		}
	}()
	for range maxConnections {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Skipf("this system does not allow %d connections: %v", maxConnections, err)
		}
		conns = append(conns, conn)
	}
	answered := make(chan error, 1)
	go func() {
		resp, err := client.Get(p.url("/"))
		if err == nil {
			resp.Body.Close()
		}
		answered <- err
	}()
	select {
	case err := <-answered:
		t.Errorf("a connection above the cap was served: %v", err)
	case <-time.After(200 * time.Millisecond):
	}
	conns[0].Close()
	if err := <-answered; err != nil {
		t.Errorf("the connection was not served when there was room: %v", err)
	}
}

func TestListenAndServe(t *testing.T) {
	srv, err := ListenAndServe(Config{Endpoint: "127.0.0.1:0"}, http.NotFoundHandler())
	if err != nil {
		t.Fatal(err)
	}
	if srv.ReadHeaderTimeout == 0 {
		t.Error("there is no timeout")
	}
	if err := srv.Close(); err != nil {
		t.Error(err)
	}
	if _, err := ListenAndServe(Config{Endpoint: "nowhere"}, http.NotFoundHandler()); err == nil {
		t.Error("ListenAndServe accepts an endpoint that is none")
	}
}

func TestHTTPS(t *testing.T) {
	certFile, keyFile, cert := certtest.New(t)
	p := start(t, Config{ServerCertfile: certFile, ServerKeyfile: keyFile, ClientCerts: []string{certFile}})
	p.RegisterHTTPHandler("/", text("secret"))

	roots := x509.NewCertPool()
	roots.AddCert(cert.Leaf)
	get := func(c *tls.Config) error {
		https := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: c}}
		resp, err := https.Get(strings.Replace(p.url("/"), "http", "https", 1))
		if err == nil {
			resp.Body.Close()
		}
		return err
	}
	if err := get(&tls.Config{RootCAs: roots, Certificates: []tls.Certificate{cert}}); err != nil {
		t.Errorf("with a certificate: %v", err)
	}
	if err := get(&tls.Config{RootCAs: roots}); err == nil {
		t.Error("without a certificate there is an answer")
	}
	if err := get(&tls.Config{
		RootCAs: roots, Certificates: []tls.Certificate{cert}, MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10,
	}); err == nil {
		t.Error("with an outdated version of TLS there is an answer")
	}
}

func TestCertificatesThatCannotBeRead(t *testing.T) {
	certFile, keyFile, _ := certtest.New(t)
	for name, cfg := range map[string]Config{
		"missing":      {ServerCertfile: "missing.pem", ServerKeyfile: keyFile},
		"no authority": {ServerCertfile: certFile, ServerKeyfile: keyFile, ClientCerts: []string{keyFile}},
		"missing CA":   {ServerCertfile: certFile, ServerKeyfile: keyFile, ClientCerts: []string{"missing.pem"}},
	} {
		cfg.Endpoint = "127.0.0.1:0"
		p := NewPlugin(UseConf(cfg))
		if err := p.Init(); err != nil {
			t.Fatal(err)
		}
		if err := p.AfterInit(); err == nil || !strings.Contains(err.Error(), ".pem") {
			t.Errorf("%s: AfterInit() = %v, want an error that names the file", name, err)
		}
	}
}
