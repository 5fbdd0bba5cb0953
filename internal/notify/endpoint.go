package notify

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"
)

// ErrEndpoint means that an address is not one of a known push service.
var ErrEndpoint = errors.New("not an address of a known push service")

const (
	endpointMax = 1024
	answerMax   = 10 * time.Second
)

// known are the push services of the browsers we support. A name with a dot in front stands for every name below it.
var known = []string{
	"fcm.googleapis.com", ".push.services.mozilla.com", ".push.apple.com", ".notify.windows.com",
}

// Services says which machines are push services. Local is a further one, "address:port" of this machine, for tests only.
type Services struct{ Local string }

// Local gives services with one more on this machine, in the clear; ErrEndpoint when it is anywhere else.
func Local(address string) (Services, error) {
	at, err := netip.ParseAddrPort(address)
	if err != nil || !at.Addr().IsLoopback() || at.Port() == 0 {
		return Services{}, fmt.Errorf("%q is not on this machine: %w", address, ErrEndpoint)
	}
	return Services{Local: at.String()}, nil
}

// Check says whether an endpoint may be sent to; ErrEndpoint when not. It compares parsed parts and never looks for a
// pattern in the text.
func (s Services) Check(endpoint string) error {
	u, err := url.Parse(endpoint)
	if err != nil || len(endpoint) > endpointMax || u.User != nil || u.Opaque != "" || u.Fragment != "" || u.Path == "" {
		return ErrEndpoint
	}
	if s.Local != "" && u.Scheme == "http" && u.Host == s.Local {
		return nil
	}
	if u.Scheme != "https" || (u.Host != u.Hostname() && u.Host != u.Hostname()+":443") {
		return ErrEndpoint
	}
	if !slices.ContainsFunc(known, func(name string) bool { return isUnder(strings.ToLower(u.Hostname()), name) }) {
		return ErrEndpoint
	}
	return nil
}

// isUnder says whether host is name, or for a name with a dot in front stands below it.
func isUnder(host, name string) bool {
	if below, ok := strings.CutPrefix(name, "."); ok {
		label, cut := strings.CutSuffix(host, "."+below)
		return cut && label != "" && !strings.HasPrefix(label, ".") && !strings.HasSuffix(label, ".")
	}
	return host == name
}

// Client gives a client that reaches push services and nothing else: it dials no address of our own or any private
// network, whatever a name resolves to, follows no redirect and uses no proxy.
func (s Services) Client() *http.Client {
	dialer := &net.Dialer{Timeout: answerMax, Control: func(_, address string, _ syscall.RawConn) error { return s.mayDial(address) }}
	return &http.Client{
		Timeout:       answerMax,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{DialContext: dialer.DialContext, TLSHandshakeTimeout: answerMax, ForceAttemptHTTP2: true,
			MaxIdleConns: 16, IdleConnTimeout: time.Minute, MaxResponseHeaderBytes: 16 << 10},
	}
}

// mayDial is asked with the address that is about to be connected to, after the name was resolved.
func (s Services) mayDial(address string) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("dial %q: %w", address, ErrEndpoint)
	}
	if s.Local != "" && at.String() == s.Local {
		return nil
	}
	if at.Port() != 443 || !isPublic(at.Addr()) {
		return fmt.Errorf("dial a private address: %w", ErrEndpoint)
	}
	return nil
}

// Ranges that are set aside, and not covered by what netip knows. Those of IPv6 lead to IPv4 addresses inside them.
var setAside = prefixes("0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24",
	"203.0.113.0/24", "240.0.0.0/4", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")

var ordinaryV6 = netip.MustParsePrefix("2000::/3")

func prefixes(list ...string) []netip.Prefix {
	out := make([]netip.Prefix, len(list))
	for i, one := range list {
		out[i] = netip.MustParsePrefix(one)
	}
	return out
}

// isPublic says whether an address is an ordinary one of the internet.
func isPublic(a netip.Addr) bool {
	a = a.Unmap()
	if !a.IsGlobalUnicast() || a.IsPrivate() || a.Zone() != "" || (a.Is6() && !ordinaryV6.Contains(a)) {
		return false
	}
	return !slices.ContainsFunc(setAside, func(p netip.Prefix) bool { return p.Contains(a) })
}
