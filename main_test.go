package main

import (
	"archive/zip"
	"bytes"
	"crypto/ecdh"
	"crypto/hpke"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"
)

// handIn seals one operation as a phone does and hands it in; it gives the verdict.
func (p *enrolled) handIn(t *testing.T, op map[string]any) map[string]any {
	t.Helper()
	hello := p.ask(t, "POST", "/api/noddfa/hello", map[string]any{"proto": 1, "device": p.device}, "Authorization", p.token, "X-Noddfa-Device", p.device)
	user := hello.body["user"].(map[string]any)["id"].(string)
	seq := int64(hello.body["last_seq"].(float64)) + 1
	op["v"], op["user"], op["at_ms"], op["tz"] = 1, user, time.Now().UnixMilli(), "Europe/London"
	plain, err := json.Marshal(op)
	if err != nil {
		t.Fatal(err)
	}
	id := fmt.Sprintf("%.9s%06d", "op"+p.device[3:], seq)
	line := fmt.Sprintf(`{"k":"o","op_id":%q,"seq":%d,%s}`+"\n", id, seq, seal(t, hello.body, "noddfa-op/1", id, plain))
	got := p.ask(t, "POST", "/api/noddfa/push", []byte(p.head(1)+line), "Content-Type", "application/x-ndjson", "Authorization", p.token, "X-Noddfa-Device", p.device)
	verdicts, _ := got.body["verdicts"].([]any)
	if got.status != 200 || len(verdicts) != 1 {
		t.Fatalf("push: got %d %s", got.status, got.raw)
	}
	return verdicts[0].(map[string]any)
}

// seal closes an operation or a draft to the key of a hello, and gives the part of its line that follows from that.
func seal(t *testing.T, hello map[string]any, kind, subject string, plain []byte) string {
	t.Helper()
	key, user := hello["key"].(map[string]any), hello["user"].(map[string]any)["id"]
	raw, err := base64.RawURLEncoding.DecodeString(key["pub"].(string))
	if err != nil {
		t.Fatal(err)
	}
	public, err := hpke.DHKEM(ecdh.P256()).NewPublicKey(raw)
	if err != nil {
		t.Fatal(err)
	}
	enc, sender, err := hpke.NewSender(public, hpke.HKDFSHA256(), hpke.AES256GCM(), []byte(kind))
	if err != nil {
		t.Fatal(err)
	}
	ct, err := sender.Seal(fmt.Appendf(nil, "%s|%s|%s|%s", kind, subject, user, key["kid"]), plain)
	if err != nil {
		t.Fatal(err)
	}
	b64 := base64.RawURLEncoding.EncodeToString
	return fmt.Sprintf(`"kid":%q,"enc":%q,"ct":%q`, key["kid"], b64(enc), b64(ct))
}

// row gives a row of the phone's first download, nil when it is not there.
func (p enrolled) row(t *testing.T, coll, id string) map[string]any {
	t.Helper()
	for _, row := range p.pull(t) {
		if row.C == coll && row.I == id {
			return row.D
		}
	}
	return nil
}

// station is a server with one agency, an outreach worker and a supervisor, each with a phone.
func station(t *testing.T) (s *server, worker, supervisor enrolled) {
	t.Helper()
	return staffed(t, start(t, t.TempDir(), false))
}

func staffed(t *testing.T, s *server) (_ *server, worker, supervisor enrolled) {
	t.Helper()
	admin := s.admin(t)
	agency := s.ask(t, "POST", "/api/collections/agencies/records", map[string]any{"code": "demo-one", "name_en": "One", "name_cy": "Un", "kind": "ngo"}, "Authorization", admin)
	for email, role := range map[string]string{"onnen@example.org": "field", "derw@example.org": "supervisor"} {
		user := s.ask(t, "POST", "/api/collections/users/records", map[string]any{"email": email, "password": "passpasspass", "passwordConfirm": "passpasspass",
			"name": email[:4] + " Enghraifft", "roles": []string{role}, "agency": agency.body["id"]}, "Authorization", admin)
		if user.status != 200 {
			t.Fatalf("make %s: got %d %s", role, user.status, user.raw)
		}
	}
	return s, s.enrol(t, "onnen@example.org", "devworker000000"), s.enrol(t, "derw@example.org", "devsupervisor00")
}

// TestPhoneToApproval walks one encounter through the program that ships: recorded, returned, handed in again, approved.
func TestPhoneToApproval(t *testing.T) {
	_, worker, supervisor := station(t)
	const rec = "enc000000000001"
	must := func(v map[string]any, want string) int64 {
		t.Helper()
		if v["v"] != want {
			t.Fatalf("got verdict %v, want %s", v, want)
		}
		return int64(v["rev"].(float64))
	}
	state := func(p enrolled, want string) {
		t.Helper()
		if d := p.row(t, "encounters", rec); d == nil || d["state"] != want {
			t.Fatalf("got %v, want state %s", d, want)
		}
	}
	command := func(name string, rev int64, args map[string]any) map[string]any {
		return map[string]any{"kind": "cmd", "coll": "encounters", "rec": rec, "base_rev": rev, "cmd": map[string]any{"name": name, "expect_rev": rev, "args": args}}
	}

	rev := must(worker.handIn(t, map[string]any{"kind": "create", "coll": "encounters", "rec": rec, "base_rev": 0,
		"set": map[string]any{"codename": "robin", "narrative": "Met at the car wash."}, "add": map[string]any{"indicators": []string{"LAB-01:said_by_person"}},
		"cmd": map[string]any{"name": "submit", "args": map[string]any{}}}), "ok")
	state(worker, "submitted")
	state(supervisor, "submitted")

	rev = must(supervisor.handIn(t, command("pick_up", rev, map[string]any{})), "ok")
	stale := supervisor.handIn(t, command("approve", rev-1, map[string]any{}))
	must(stale, "stale")
	rev = must(supervisor.handIn(t, command("return", rev, map[string]any{"codes": []string{"R01"}, "fields": []string{"narrative"}, "note": "Please say more."})), "ok")
	state(worker, "returned")

	rev = must(worker.handIn(t, map[string]any{"kind": "patch", "coll": "encounters", "rec": rec, "base_rev": rev,
		"set": map[string]any{"narrative": "Met at the car wash, before light."}, "prev": map[string]any{"narrative": "Met at the car wash."},
		"cmd": map[string]any{"name": "resubmit", "args": map[string]any{}}}), "ok")
	if v := worker.handIn(t, command("pick_up", rev, map[string]any{})); v["v"] == "ok" {
		t.Fatal("an author picked up their own record")
	}
	rev = must(supervisor.handIn(t, command("pick_up", rev, map[string]any{})), "ok")
	must(supervisor.handIn(t, command("approve", rev, map[string]any{})), "ok")
	state(worker, "approved")
	state(supervisor, "approved")
}

// TestNothingInClear types marker words and looks for them in everything the server writes: database, write-ahead log,
// request log, a backup, and the audit.
func TestNothingInClear(t *testing.T) {
	s, worker, supervisor := station(t)
	markers := map[string]string{"name": "Qwyxzmarkername", "narrative": "Qwyxzmarkertale", "phone": "07700 900987", "address": "Qwyxzmarkerroad",
		"other_signs": "Qwyxzmarkersigns", "risk_note": "Qwyxzmarkerrisk"}
	set := map[string]any{"codename": "robin", "place": map[string]any{"text": "Qwyxzmarkerplace"}}
	for field, marker := range markers {
		set[field] = marker
	}
	const rec = "enc000000000001"
	if v := worker.handIn(t, map[string]any{"kind": "create", "coll": "encounters", "rec": rec, "set": set, "cmd": map[string]any{"name": "submit", "args": map[string]any{}}}); v["v"] != "ok" {
		t.Fatalf("got verdict %v", v)
	}
	// A refusal keeps the whole operation, and a bad address is where logs usually leak.
	worker.handIn(t, map[string]any{"kind": "patch", "coll": "encounters", "rec": rec, "set": map[string]any{"gender": "Qwyxzmarkerhold", "narrative": "Qwyxzmarkerheld"}})
	for _, path := range []string{"/api/collections/encounters/records?filter=(codename~'Qwyxzmarkerquery')", "/api/Qwyxzmarkerpath", "/Qwyxzmarkerpage?q=Qwyxzmarkerpage"} {
		s.ask(t, "GET", path, nil, "Authorization", worker.token, "Referer", "http://Qwyxzmarkerreferer/", "User-Agent", "Qwyxzmarkeragent")
	}
	s.ask(t, "POST", "/api/collections/users/auth-with-password", map[string]any{"identity": "Qwyxzmarkeridentity@example.org", "password": "Qwyxzmarkerpassword"})
	shown := supervisor.ask(t, "POST", "/api/noddfa/reveal", map[string]any{"proto": 1, "coll": "encounters", "rec": rec, "what": "identity"}, "Authorization", supervisor.token, "X-Noddfa-Device", supervisor.device)
	if !strings.Contains(shown.raw, markers["name"]) {
		t.Fatalf("reveal: got %d %s", shown.status, shown.raw)
	}
	if d := supervisor.row(t, "encounters", rec); d["narrative"] != markers["narrative"] {
		t.Fatalf("the supervisor reads %v", d["narrative"])
	}
	time.Sleep(4 * time.Second) // PocketBase writes its request log in batches of three seconds.
	s.search(t, filepath.Join(s.dir), "Qwyxzmarker", "07700 900987")
	s.searchBackup(t, "Qwyxzmarker", "07700 900987")
}

// search looks for words in every file below folder, and that it looked at real ones.
func (s *server) search(t *testing.T, folder string, words ...string) {
	t.Helper()
	files := map[string]bool{}
	err := filepath.WalkDir(folder, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files[entry.Name()] = len(raw) > 0
		lookFor(t, entry.Name(), raw, words)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"data.db", "data.db-wal", "auxiliary.db", "auxiliary.db-wal"} {
		if !files[name] {
			t.Errorf("%s was not searched", name)
		}
	}
	var logged int
	if err := s.app.AuxDB().NewQuery("SELECT count(*) FROM _logs WHERE json_extract(data, '$.type') = 'request'").Row(&logged); err != nil || logged < 5 {
		t.Errorf("got %d logged requests, %v; the search proves nothing", logged, err)
	}
}

func (s *server) searchBackup(t *testing.T, words ...string) {
	t.Helper()
	if err := s.app.CreateBackup(t.Context(), "test.zip"); err != nil {
		t.Fatal(err)
	}
	archive, err := zip.OpenReader(filepath.Join(s.dir, core.LocalBackupsDirName, "test.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	if len(archive.File) < 2 {
		t.Fatalf("got %d files in the backup", len(archive.File))
	}
	for _, file := range archive.File {
		content, err := file.Open()
		if err != nil {
			t.Fatal(err)
		}
		raw, err := io.ReadAll(content)
		if err != nil {
			t.Fatal(err)
		}
		content.Close()
		lookFor(t, "backup/"+file.Name, raw, words)
		if strings.Contains(file.Name, "keys.json") {
			t.Error("the backup holds the keys")
		}
	}
}

func lookFor(t *testing.T, name string, raw []byte, words []string) {
	t.Helper()
	for _, word := range words {
		if at := bytes.Index(raw, []byte(word)); at >= 0 {
			t.Errorf("%s holds %q", name, raw[at:min(len(raw), at+40)])
		}
	}
}
