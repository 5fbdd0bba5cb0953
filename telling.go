package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/mail"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/mailer"

	"noddfa/internal/notify"
)

// notifier makes what tells people, with the push services of the world, or one on this machine for tests.
func (p *program) notifier() (*notify.Notify, error) {
	services := notify.Services{}
	if p.pushHost != "" {
		var err error
		if services, err = notify.Local(p.pushHost); err != nil {
			return nil, fmt.Errorf("use push host: %w", err)
		}
	}
	return notify.New(notify.Options{
		Store: p.store, Keys: p.keys, Services: services, Client: services.Client(), Now: p.now, Random: rand.Float64, Log: p.app.Logger(),
		Contact: func() string { return p.app.Settings().Meta.SenderAddress },
		Mail:    post{app: p.app, name: p.installedName},
	}), nil
}

// postMax is how long a mail server may take. PocketBase's client knows no limit of its own.
const postMax = 30 * time.Second

// post is PocketBase's mailer. The sender's name is the neutral one of the app.
type post struct {
	app  core.App
	name string
}

// Ready says whether an administrator has set up a mail server.
func (m post) Ready() bool {
	s := m.app.Settings()
	return s.SMTP.Enabled && strings.Contains(s.Meta.SenderAddress, "@")
}

// Send writes a letter whose subject and text are the same fixed words.
func (m post) Send(to, text string) error {
	message := &mailer.Message{From: mail.Address{Name: m.name, Address: m.app.Settings().Meta.SenderAddress}, To: []mail.Address{{Address: to}},
		Subject: text, Text: text, HTML: text}
	sent := make(chan error, 1)
	go func() { sent <- m.app.NewMailClient().Send(message) }()
	select {
	case err := <-sent:
		return err
	case <-time.After(postMax):
		return errors.New("the mail server does not answer")
	}
}
