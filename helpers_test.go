package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"
)

// server is the program that ships, on a port of its own, with its data in a folder of its own.
type server struct {
	*program
	url string
}

// start serves in folder until the test ends.
func start(t *testing.T, folder string, isDemo bool) *server {
	t.Helper()
	return startAt(t, folder, isDemo, time.Now)
}

// startAt is start, by a clock of the test's.
func startAt(t *testing.T, folder string, isDemo bool, now func() time.Time) *server {
	t.Helper()
	return startWith(t, folder, isDemo, func(c *config) { c.now = now })
}

// startWith is start, with something of its settings changed.
func startWith(t *testing.T, folder string, isDemo bool, change func(*config)) *server {
	t.Helper()
	s, stop, err := launch(folder, isDemo, change)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// unchanged leaves the settings of a test as they are.
func unchanged(*config) {}

func launch(folder string, isDemo bool, change func(*config)) (*server, func() error, error) {
	c := config{dir: filepath.Join(folder, "data"), keys: filepath.Join(folder, "keys"), installedName: "Nodiadau / Notes", demo: isDemo, now: time.Now, out: io.Discard}
	change(&c)
	p, err := open(c)
	if err != nil {
		return nil, nil, err
	}
	if isDemo {
		if err := p.loadDemo(context.Background()); err != nil {
			return nil, nil, err
		}
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	s := &server{program: p, url: "http://" + listener.Addr().String()}
	served := make(chan error, 1)
	go func() { served <- p.serve(listener) }()
	stop := func() error {
		err := p.close()
		if failed := <-served; failed != nil {
			return failed
		}
		return err
	}
	return s, stop, s.await()
}

func (s *server) await() error {
	for range 100 {
		answer, err := http.Get(s.url + "/api/health")
		if err == nil {
			answer.Body.Close()
			return nil
		}
		time.Sleep(20 * time.Millisecond)
	}
	return fmt.Errorf("the server on %s did not come up", s.url)
}

var demoFolder string

// demoServer is one server with the made-up data, for all tests that only look.
var demoServer = sync.OnceValues(func() (*server, error) {
	folder, err := os.MkdirTemp("", "noddfa-test-")
	if err != nil {
		return nil, err
	}
	demoFolder = folder
	s, _, err := launch(folder, true, unchanged)
	return s, err
})

func TestMain(m *testing.M) {
	code := m.Run()
	if demoFolder != "" {
		os.RemoveAll(demoFolder)
	}
	os.Exit(code)
}

func demonstration(t *testing.T) *server {
	t.Helper()
	s, err := demoServer()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// answer is what came back: the status, the headers, the bytes, and the bytes as an object when they are one.
type answer struct {
	status int
	header http.Header
	raw    string
	body   map[string]any
}

// ask sends body (bytes as they are, anything else as JSON) and headers as name, value, ….
func (s *server) ask(t *testing.T, method, path string, body any, headers ...string) answer {
	t.Helper()
	var content io.Reader
	kind := "application/json"
	switch b := body.(type) {
	case nil:
	case []byte:
		content = bytes.NewReader(b)
	default:
		raw, err := json.Marshal(b)
		if err != nil {
			t.Fatal(err)
		}
		content = bytes.NewReader(raw)
	}
	r, err := http.NewRequest(method, s.url+path, content)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", kind)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	raw, err := io.ReadAll(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	out := answer{status: got.StatusCode, header: got.Header, raw: string(raw)}
	_ = json.Unmarshal(raw, &out.body) // Streams and pages are not objects; out.body stays nil.
	return out
}

// token gives a token of the first account whose address starts with who.
func (s *server) token(t *testing.T, collection, email string) string {
	t.Helper()
	record, err := s.app.FindAuthRecordByEmail(collection, email)
	if err != nil {
		t.Fatalf("find %s: %v", email, err)
	}
	token, err := record.NewAuthToken()
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// byRole gives one made-up user for each role, by address.
func (s *server) byRole(t *testing.T) map[string]*core.Record {
	t.Helper()
	users, err := s.app.FindAllRecords("users")
	if err != nil {
		t.Fatal(err)
	}
	out := make(map[string]*core.Record)
	for _, u := range users {
		role := strings.Join(u.GetStringSlice("roles"), "+")
		if out[role] == nil {
			out[role] = u
		}
	}
	return out
}
