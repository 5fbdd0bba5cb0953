package main

import (
	"context"
	"fmt"

	"noddfa/internal/api"
	"noddfa/internal/demo"
)

// greet says where to go, and in a demonstration how to sign in.
func (p *program) greet(url string) {
	fmt.Fprintf(p.out, "Noddfa %s\n  app        %s\n  dashboard  %s/_/\n", version, url, url)
	signIns, err := p.signIns()
	if err != nil || len(signIns) == 0 {
		return
	}
	fmt.Fprintf(p.out, "\nMade-up data. One sign-in per role:\n")
	seen := make(map[string]bool)
	for _, s := range signIns {
		if !seen[s.Role] {
			seen[s.Role] = true
			fmt.Fprintf(p.out, "  %-18s %-26s %-16s %s\n", s.Role, s.Email, s.Password, s.Agency)
		}
	}
	fmt.Fprintf(p.out, "\nThe administrator signs in at the dashboard, everyone else in the app, whose sign-in page lists them all.\n")
}

// signIns gives the made-up people, the administrator of the dashboard first; none unless this is a demonstration.
func (p *program) signIns() ([]demo.SignIn, error) {
	if !p.demo {
		return nil, nil
	}
	return demo.SignIns(p.keys)
}

func (p *program) loadDemo(ctx context.Context) error {
	err := demo.Load(ctx, demo.Options{App: p.app, Store: p.store, Keys: p.keys, Now: p.now()})
	if err != nil {
		return fmt.Errorf("load made-up data: %w", err)
	}
	p.exchange.Demo = true
	return nil
}

// appSignIns gives those who have a place in the app; the administrator's is the dashboard.
func (p *program) appSignIns() ([]api.SignIn, error) {
	made, err := p.signIns()
	if err != nil {
		return nil, err
	}
	var out []api.SignIn
	for _, s := range made {
		if s.Email != demo.AdminEmail {
			out = append(out, api.SignIn(s))
		}
	}
	return out, nil
}
