package api

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"

	"noddfa/internal/casework"
)

const (
	sentMax     = 2 << 20
	inflatedMax = 4 << 20
	askMax      = 64 << 10 // every request but a hand-in
)

// readSent gives the body as it was sent, of at most max bytes, and refuses another content type than want.
func readSent(r *http.Request, want string, max int64) ([]byte, error) {
	if got, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || got != want {
		return nil, invalid("error.header", "Content-Type")
	}
	sent, err := io.ReadAll(io.LimitReader(r.Body, max+1))
	if err != nil {
		return nil, invalid("error.truncated", "")
	}
	if int64(len(sent)) > max {
		return nil, &casework.Error{Code: casework.TooLarge, Key: "error.too_large"}
	}
	return sent, nil
}

// inflate undoes the Content-Encoding, which is gzip or none, and stops at 4 MiB: a small body may unpack to a huge one.
func inflate(encoding string, sent []byte) ([]byte, error) {
	switch encoding {
	case "", "identity":
		return sent, nil
	case "gzip":
	default:
		return nil, invalid("error.header", "Content-Encoding")
	}
	zip, err := gzip.NewReader(bytes.NewReader(sent))
	if err != nil {
		return nil, invalid("error.malformed", "")
	}
	plain, err := io.ReadAll(io.LimitReader(zip, inflatedMax+1))
	if len(plain) > inflatedMax {
		return nil, &casework.Error{Code: casework.TooLarge, Key: "error.too_large"}
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, invalid("error.truncated", "")
	}
	if err != nil {
		return nil, invalid("error.malformed", "")
	}
	return plain, nil
}

// readJSON reads the small body of every request but a hand-in.
func readJSON(r *http.Request, into any) error {
	raw, err := readSent(r, "application/json", askMax)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return invalid("error.malformed", "")
	}
	return nil
}

func invalid(key, field string) error {
	return &casework.Error{Code: casework.Invalid, Key: key, Field: field}
}
