package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"time"

	"noddfa/internal/exchange"
)

const (
	pushTurns  = 40
	batchTurns = 15
	// warm turns come first and are not counted: they fill caches on both sides.
	warm = 3
)

// measurePush measures a hand-in against plain inserts and against PocketBase's own batch route.
func measurePush(folder string) ([]figure, error) {
	ctx := context.Background()
	o, p, w, err := officeWithAuthor(ctx, folder)
	if err != nil {
		return nil, err
	}
	defer func() { _ = o.close() }() // The folder goes with it.
	raw, err := againstRaw(ctx, o, p, w)
	if err != nil {
		return nil, fmt.Errorf("against plain inserts: %w", err)
	}
	routes, err := againstBatch(ctx, o, p, w)
	if err != nil {
		return nil, fmt.Errorf("against the batch route: %w", err)
	}
	return []figure{raw, routes}, nil
}

const authorEmail = "author@example.org"

// officeWithAuthor is an office in a folder of its own, with the author of what is handed in.
func officeWithAuthor(ctx context.Context, folder string) (*office, *phone, *writer, error) {
	o, err := openOffice(filepath.Join(folder, "server"))
	if err != nil {
		return nil, nil, nil, err
	}
	p, w, err := o.author(ctx)
	if err != nil {
		return nil, nil, nil, errors.Join(err, o.close())
	}
	return o, p, w, nil
}

// author makes an agency with one supervisor and one field worker, who has a phone.
func (o *office) author(ctx context.Context) (*phone, *writer, error) {
	agency, err := o.addAgency("bench")
	if err != nil {
		return nil, nil, err
	}
	if _, err := o.addUser("supervisor@example.org", "supervisor", agency); err != nil {
		return nil, nil, err
	}
	user, err := o.addUser(authorEmail, "field", agency)
	if err != nil {
		return nil, nil, err
	}
	p, err := o.enrol(ctx, user)
	if err != nil {
		return nil, nil, err
	}
	w, err := newWriter(o, 7)
	return p, w, err
}

// againstRaw hands in a batch, then inserts the very rows it wrote into a second file, and so on in turn.
func againstRaw(ctx context.Context, o *office, p *phone, w *writer) (figure, error) {
	second, err := openTwin(ctx, o, "encounters")
	if err != nil {
		return figure{}, err
	}
	defer second.close()
	var ours, all, alone []time.Duration
	for turn := range warm + pushTurns {
		body, err := p.body(w.encounters(batch))
		if err != nil {
			return figure{}, err
		}
		took, err := timed(func() error { return o.push(ctx, p, body, batch) })
		if err != nil {
			return figure{}, err
		}
		rows, err := second.written(o)
		if err != nil {
			return figure{}, err
		}
		same, err := timed(func() error { return second.insert(ctx, rows) })
		if err != nil {
			return figure{}, err
		}
		bare, err := timed(func() error { return second.insertAlone(ctx, rows) })
		if err != nil {
			return figure{}, err
		}
		if turn >= warm {
			ours, all, alone = append(ours, took), append(all, same), append(alone, bare)
		}
	}
	if err := second.check(o, (warm+pushTurns)*batch); err != nil {
		return figure{}, err
	}
	note := fmt.Sprintf("%.1f times below the same rows; %.1f times below the encounter rows alone",
		float64(median(ours))/float64(median(all)), float64(median(ours))/float64(median(alone)))
	return relative("push_vs_raw", perSecond(batch, median(ours)), "operations/s", perSecond(batch, median(all)), 0.1, note), nil
}

// againstBatch sends the same records over HTTP to our route and to PocketBase's, in turn.
func againstBatch(ctx context.Context, o *office, p *phone, w *writer) (figure, error) {
	if err := o.openBatchRoute(); err != nil {
		return figure{}, err
	}
	if err := o.serve(); err != nil {
		return figure{}, err
	}
	token, err := o.token(p.caller.User.ID)
	if err != nil {
		return figure{}, err
	}
	var ours, theirs []time.Duration
	for turn := range warm + batchTurns {
		ops := w.encounters(batch)
		body, err := p.body(ops)
		if err != nil {
			return figure{}, err
		}
		plain, err := batchBody(p, ops)
		if err != nil {
			return figure{}, err
		}
		took, err := timed(func() error { return o.pushHTTP(token, p, "identity", body) })
		if err != nil {
			return figure{}, err
		}
		their, err := timed(func() error { return o.batchHTTP(token, plain) })
		if err != nil {
			return figure{}, err
		}
		if turn >= warm {
			ours, theirs = append(ours, took), append(theirs, their)
		}
	}
	got, err := o.number("SELECT count(*) FROM plain")
	if want := int64(batch * (warm + batchTurns)); err == nil && got != want {
		err = wrong("rows of the batch route", got, want)
	}
	return relative("push_vs_batch", perSecond(batch, median(ours)), "records/s", perSecond(batch, median(theirs)), 3, "both over HTTP"), err
}

// pushHTTP hands in a full batch over HTTP. The body may be gzipped already, as encoding says.
func (o *office) pushHTTP(token string, p *phone, encoding string, body []byte) error {
	raw, err := o.post("/api/noddfa/push", token, body, map[string]string{"Content-Type": "application/x-ndjson", "Content-Encoding": encoding,
		"X-Noddfa-Device": p.caller.Device})
	if err != nil {
		return err
	}
	var answer exchange.PushAnswer
	if err := json.Unmarshal(raw, &answer); err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	return written(answer, batch)
}

// post sends a body and gives the answer, which must be good.
func (o *office) post(path, token string, body []byte, headers map[string]string) ([]byte, error) {
	r, err := http.NewRequest(http.MethodPost, o.url+path, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("make the request: %w", err)
	}
	r.Header.Set("Authorization", token)
	for name, value := range headers {
		r.Header.Set(name, value)
	}
	return do(r)
}

// do sends a request and gives the answer, which must be good.
func do(r *http.Request) ([]byte, error) {
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, fmt.Errorf("send: %w", err)
	}
	defer func() { _ = answer.Body.Close() }() // Read to its end below.
	raw, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = wrong(r.URL.Path+" "+string(raw), answer.StatusCode, http.StatusOK)
	}
	return raw, err
}
