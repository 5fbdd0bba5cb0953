package notify

import (
	"errors"
	"net/http"
	"net/netip"
	"strings"
	"testing"
)

// TestEndpoints is every address we were shown or could think of that must not be sent to, and those that must.
func TestEndpoints(t *testing.T) {
	tests := []struct {
		endpoint string
		ok       bool
	}{
		{"https://fcm.googleapis.com/fcm/send/abc:def", true},
		{"https://FCM.googleapis.com/fcm/send/abc", true},
		{"https://fcm.googleapis.com:443/fcm/send/abc", true},
		{"https://updates.push.services.mozilla.com/wpush/v2/abc", true},
		{"https://web.push.apple.com/QGuQyavXutnMH", true},
		{"https://wns2-par02p.notify.windows.com/w/?token=abc", true},

		{"http://fcm.googleapis.com/fcm/send/abc", false},
		{"ftp://fcm.googleapis.com/x", false},
		{"//fcm.googleapis.com/x", false},
		{"fcm.googleapis.com/x", false},
		{"https:fcm.googleapis.com/x", false},
		{"javascript:alert(1)//fcm.googleapis.com/", false},
		{"", false},
		{"https://", false},
		{"https://fcm.googleapis.com", false},

		{"https://fcm.googleapis.com.example.org/x", false},
		{"https://example.org/fcm.googleapis.com/x", false},
		{"https://example.org/?https://fcm.googleapis.com/x", false},
		{"https://example.org#fcm.googleapis.com/x", false},
		{"https://fcm.googleapis.com#@example.org/x", false},
		{"https://fcm.googleapis.com/x#y", false},
		{"https://fcm.googleapis.com@example.org/x", false},
		{"https://someone@fcm.googleapis.com/x", false},
		{"https://someone:secret@fcm.googleapis.com/x", false},
		{"https://fcm.googleapis.com\\@example.org/x", false},
		{"https://example.org\\.push.apple.com/x", false},
		{"https://evilfcm.googleapis.com/x", false},
		{"https://evil.fcm.googleapis.com/x", false},
		{"https://evilpush.apple.com/x", false},
		{"https://push.apple.com/x", false},
		{"https://.push.apple.com/x", false},
		{"https://a..push.apple.com/x", false},
		{"https://notify.windows.com.example.org/x", false},
		{"https://evilnotify.windows.com/x", false},
		{"https://fcm.googleapis.com./x", false},
		{"https://fcm。googleapis。com/x", false},
		{"https://fcm.googleapis.com%2eexample.org/x", false},
		{"https://fcm.googleapis.com%00.example.org/x", false},
		{"https://fcm.googleapis.com\n.example.org/x", false},
		{" https://fcm.googleapis.com/x", false},

		{"https://fcm.googleapis.com:8443/x", false},
		{"https://fcm.googleapis.com:22/x", false},
		{"https://fcm.googleapis.com:/x", false},
		{"https://fcm.googleapis.com:0443/x", false},

		{"https://localhost/x", false},
		{"https://127.0.0.1/x", false},
		{"https://2130706433/x", false},
		{"https://0x7f.1/x", false},
		{"https://017700000001/x", false},
		{"https://[::1]/x", false},
		{"https://[::ffff:127.0.0.1]/x", false},
		{"https://[fe80::1%25eth0]/x", false},
		{"https://10.0.0.5/x", false},
		{"https://169.254.169.254/latest/meta-data", false},
		{"https://142.250.0.1/x", false},
		{"http://127.0.0.1:8090/x", false},
		{"https://fcm.googleapis.com/" + strings.Repeat("x", endpointMax), false},
	}
	for _, tt := range tests {
		t.Run(tt.endpoint, func(t *testing.T) {
			err := Services{}.Check(tt.endpoint)
			if tt.ok && err != nil || !tt.ok && !errors.Is(err, ErrEndpoint) {
				t.Errorf("got %v, want allowed %t", err, tt.ok)
			}
		})
	}
}

// TestLocal is the push service of tests: this machine, one port, and nothing near it.
func TestLocal(t *testing.T) {
	for _, address := range []string{"", "127.0.0.1", "127.0.0.1:0", "localhost:9000", "10.0.0.1:9000", "0.0.0.0:9000", "192.168.1.1:443", "example.org:443", "[::]:9000"} {
		if _, err := Local(address); !errors.Is(err, ErrEndpoint) {
			t.Errorf("%s: got %v, want it refused", address, err)
		}
	}
	s, err := Local("127.0.0.1:9000")
	if err != nil {
		t.Fatal(err)
	}
	for endpoint, want := range map[string]bool{
		"http://127.0.0.1:9000/push/a": true, "http://127.0.0.1:9001/push/a": false, "http://127.0.0.2:9000/push/a": false, "http://localhost:9000/push/a": false,
		"http://x@127.0.0.1:9000/push/a": false, "https://fcm.googleapis.com/x": true,
	} {
		if got := s.Check(endpoint) == nil; got != want {
			t.Errorf("%s: got %t, want %t", endpoint, got, want)
		}
	}
}

// TestDialled is what may be connected to once a name was resolved, whatever the name was.
func TestDialled(t *testing.T) {
	for address, want := range map[string]bool{
		"142.250.180.10:443": true, "[2a00:1450:4009:81f::200a]:443": true,
		"142.250.180.10:80": false, "142.250.180.10:22": false,
		"127.0.0.1:443": false, "127.8.8.8:443": false, "0.0.0.0:443": false, "10.1.2.3:443": false, "172.16.0.1:443": false, "172.31.255.255:443": false,
		"192.168.0.1:443": false, "169.254.169.254:443": false, "100.64.0.1:443": false, "192.0.0.1:443": false, "198.18.0.1:443": false,
		"224.0.0.1:443": false, "240.0.0.1:443": false, "255.255.255.255:443": false, "203.0.113.5:443": false,
		"[::1]:443": false, "[::]:443": false, "[fe80::1]:443": false, "[fc00::1]:443": false, "[fd12::1]:443": false, "[ff02::1]:443": false,
		"[::ffff:10.0.0.1]:443": false, "[::ffff:142.250.180.10]:443": true, "[64:ff9b::a00:1]:443": false, "[2002:a00:1::1]:443": false,
		"[2001:0:a00:1::1]:443": false, "[2001:db8::1]:443": false, "[::10.0.0.1]:443": false, "nonsense": false,
	} {
		if got := (Services{}).mayDial(address) == nil; got != want {
			t.Errorf("%s: got %t, want %t", address, got, want)
		}
	}
	if !isPublic(netip.MustParseAddr("8.8.8.8")) {
		t.Error("an ordinary address is refused")
	}
}

// TestClientStaysOut has the real client asked for machines of our own, by number and by name.
func TestClientStaysOut(t *testing.T) {
	client := Services{}.Client()
	for _, url := range []string{"https://127.0.0.1/", "https://localhost/", "http://localhost:80/", "https://[::1]/"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := client.Do(r)
		if err == nil {
			answer.Body.Close()
		}
		if !errors.Is(err, ErrEndpoint) {
			t.Errorf("%s: got %v, want it refused before a connection", url, err)
		}
	}
}
