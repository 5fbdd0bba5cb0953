package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"noddfa/internal/exchange"
)

const (
	// bootstrapRecords and the version of each make ten thousand rows, with the catalogue of signs and the forms.
	bootstrapRecords = 4_932
	bootstrapTurns   = 7
)

// measureBootstrap measures the first sync of a supervisor's phone in an agency whose records were all handed in for real.
func measureBootstrap(folder string) ([]figure, error) {
	ctx := context.Background()
	o, p, w, err := officeWithAuthor(ctx, folder)
	if err != nil {
		return nil, err
	}
	defer func() { _ = o.close() }() // The folder goes with it.
	if err := o.handIn(ctx, p, w, bootstrapRecords); err != nil {
		return nil, err
	}
	// The author's second phone: it sees every record, and identity and contact with them.
	second, err := o.enrol(ctx, p.caller.User)
	if err != nil {
		return nil, err
	}
	if err := o.serve(); err != nil {
		return nil, err
	}
	token, err := o.token(p.caller.User.ID)
	if err != nil {
		return nil, err
	}
	var bare, sent []time.Duration
	var answer []byte
	for turn := range 1 + bootstrapTurns {
		took, err := timed(func() error { return o.pull(ctx, second, io.Discard) })
		if err != nil {
			return nil, err
		}
		wire, err := timed(func() (err error) { answer, err = o.pullHTTP(token, second); return err })
		if err != nil {
			return nil, err
		}
		if turn > 0 {
			bare, sent = append(bare, took), append(sent, wire)
		}
	}
	return bootstrapFigures(answer, median(bare), median(sent))
}

func bootstrapFigures(answer []byte, bare, sent time.Duration) ([]figure, error) {
	zip, err := gzip.NewReader(bytes.NewReader(answer))
	if err != nil {
		return nil, fmt.Errorf("open the answer: %w", err)
	}
	plain, err := io.ReadAll(zip)
	if err != nil {
		return nil, fmt.Errorf("open the answer: %w", err)
	}
	f, err := readFeed(plain)
	if err != nil {
		return nil, err
	}
	if f.rows["encounters"] != bootstrapRecords || f.rows["versions"] != bootstrapRecords {
		return nil, wrong("rows of the bootstrap", f.rows, bootstrapRecords)
	}
	n := 0
	for _, rows := range f.rows {
		n += rows
	}
	forms, err := formsAlone(plain)
	if err != nil {
		return nil, err
	}
	return []figure{
		atLeast("bootstrap_rows_per_s", perSecond(n, sent), "rows/s", 30_000,
			fmt.Sprintf("%d rows: %d encounters, their versions, the catalogue and the forms; %.1f MB before gzip; %.0f rows/s before gzip and HTTP",
				n, f.rows["encounters"], float64(len(plain))/1e6, perSecond(n, bare))),
		atMost("bootstrap_bytes", float64(len(answer)), "bytes", 1_200_000,
			fmt.Sprintf("%.0f bytes a row; the forms alone weigh %d", float64(len(answer))/float64(n), forms)),
	}, nil
}

// formsAlone gives what the definitions of forms weigh after gzip. A phone takes them in once, and again what changes.
func formsAlone(plain []byte) (int, error) {
	var rows bytes.Buffer
	for line := range bytes.Lines(plain) {
		if bytes.HasPrefix(line, []byte(`{"k":"p","c":"forms",`)) {
			rows.Write(line)
		}
	}
	if rows.Len() == 0 {
		return 0, wrong("rows of forms", 0, "some")
	}
	small, err := squeeze(rows.Bytes())
	return len(small), err
}

// pullHTTP gives the answer as it was on the wire.
func (o *office) pullHTTP(token string, p *phone) ([]byte, error) {
	ask, err := json.Marshal(exchange.PullRequest{Proto: 1, Device: p.caller.Device, Cursor: p.cursor})
	if err != nil {
		return nil, fmt.Errorf("write the request: %w", err)
	}
	r, err := http.NewRequest(http.MethodPost, o.url+"/api/noddfa/pull", bytes.NewReader(ask))
	if err != nil {
		return nil, fmt.Errorf("make the request: %w", err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept-Encoding", "gzip")
	r.Header.Set("Authorization", token)
	r.Header.Set("X-Noddfa-Device", p.caller.Device)
	return do(r)
}
