package demo

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base32"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/pocketbase/pocketbase/core"
)

// agency is a made-up agency and the roles of the people who work there.
type agency struct {
	Code         string   `json:"code"`
	NameEn       string   `json:"name_en"`
	NameCy       string   `json:"name_cy"`
	Kind         string   `json:"kind"`
	Force        string   `json:"force"`
	MayRefer     bool     `json:"may_refer"`
	ReviewAgency string   `json:"review_agency"`
	Staff        []string `json:"staff"`
}

// person is a made-up user. Every surname is Enghraifft, Welsh for example; first names are trees and plants.
type person struct {
	id, name, email, role string
	agency                *agency
}

//go:embed agencies.json
var agenciesJSON []byte

var firstNames = []string{
	"Onnen", "Derw", "Celyn", "Helyg", "Bedwen", "Rhedyn", "Eithin", "Banadl", "Draenen", "Ysgaw", "Ywen", "Gwern",
	"Llwyf", "Cerdin", "Afallen", "Gellyg", "Ceirios", "Pinwydd", "Masarn", "Poplys", "Collen", "Castan", "Eirin", "Grug",
	"Eiddew", "Mafon", "Llus", "Mwyar", "Rhosyn", "Briallu", "Clychau", "Meillion", "Lafant", "Saets", "Teim", "Mintys",
	"Perllan", "Llarwydd", "Cypres", "Cedr", "Olewydd", "Palmwydd", "Ffigys", "Almon", "Gwinwydd", "Jasmin", "Gwyddfid",
}

// AdminEmail is the made-up administrator of the dashboard.
const AdminEmail = "gweinyddwr@example.org"

// SignIn is how to enter as one made-up person.
type SignIn struct {
	Role, Name, Email, Password, Agency string
}

// Secret draws words of this server's own, so that no two demonstrations share a password. keys.Folder has it.
type Secret interface{ MAC(msg []byte) []byte }

// SignIns lists the made-up people, the administrator first.
func SignIns(secret Secret) ([]SignIn, error) {
	people, err := cast()
	if err != nil {
		return nil, err
	}
	list := []SignIn{{Role: "administrator", Name: "Gweinyddwr Enghraifft", Email: AdminEmail, Password: password(secret, AdminEmail)}}
	for _, p := range people {
		list = append(list, SignIn{Role: p.role, Name: p.name, Email: p.email, Password: password(secret, p.email), Agency: p.agency.NameEn})
	}
	return list, nil
}

// password needs no storage: it follows from the key folder and the address.
func password(secret Secret, email string) string {
	text := strings.ToLower(base32.StdEncoding.EncodeToString(secret.MAC([]byte("demo password|" + email))))
	return text[:4] + "-" + text[4:8] + "-" + text[8:12]
}

// cast reads the agencies and gives each place in them a person.
func cast() ([]person, error) {
	var agencies []*agency
	if err := json.Unmarshal(agenciesJSON, &agencies); err != nil {
		return nil, fmt.Errorf("read demo agencies: %w", err)
	}
	var people []person
	for _, a := range agencies {
		for _, role := range a.Staff {
			first := firstNames[len(people)]
			email := strings.ToLower(first) + "@example.org"
			people = append(people, person{id: id("user", email), name: first + " Enghraifft", email: email, role: role, agency: a})
		}
	}
	return people, nil
}

// id gives the same 15 characters for the same thing at every start.
func id(kind, name string) string {
	sum := sha256.Sum256([]byte("noddfa demo|" + kind + "|" + name))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:]))[:15]
}

// loadPeople writes the agencies, the users and the administrator.
func loadPeople(app core.App, secret Secret, people []person) error {
	seen := make(map[string]bool)
	for _, p := range people {
		if !seen[p.agency.Code] {
			seen[p.agency.Code] = true
			if err := saveAgency(app, p.agency); err != nil {
				return err
			}
		}
	}
	// A second round: an agency may be reviewed by one that comes after it.
	for _, p := range people {
		if p.agency.ReviewAgency == "" {
			continue
		}
		record, err := app.FindRecordById("agencies", id("agency", p.agency.Code))
		if err != nil {
			return fmt.Errorf("find agency: %w", err)
		}
		record.Set("review_agency", id("agency", p.agency.ReviewAgency))
		if err := app.Save(record); err != nil {
			return fmt.Errorf("save agency: %w", err)
		}
	}
	for _, p := range people {
		if err := saveUser(app, secret, p); err != nil {
			return err
		}
	}
	return saveAdmin(app, secret)
}

func saveAgency(app core.App, a *agency) error {
	collection, err := app.FindCachedCollectionByNameOrId("agencies")
	if err != nil {
		return fmt.Errorf("find agencies: %w", err)
	}
	record := core.NewRecord(collection)
	record.Load(map[string]any{"id": id("agency", a.Code), "code": a.Code, "name_en": a.NameEn, "name_cy": a.NameCy,
		"kind": a.Kind, "force": a.Force, "may_refer": a.MayRefer})
	if err := app.Save(record); err != nil {
		return fmt.Errorf("save agency %s: %w", a.Code, err)
	}
	return nil
}

func saveUser(app core.App, secret Secret, p person) error {
	collection, err := app.FindCachedCollectionByNameOrId("users")
	if err != nil {
		return fmt.Errorf("find users: %w", err)
	}
	record := core.NewRecord(collection)
	record.Load(map[string]any{"id": p.id, "name": p.name, "roles": []string{p.role}, "agency": id("agency", p.agency.Code), "locale": "en"})
	record.SetEmail(p.email)
	record.SetVerified(true)
	record.SetPassword(password(secret, p.email))
	if err := app.Save(record); err != nil {
		return fmt.Errorf("save user %s: %w", p.id, err)
	}
	return nil
}

func saveAdmin(app core.App, secret Secret) error {
	collection, err := app.FindCachedCollectionByNameOrId(core.CollectionNameSuperusers)
	if err != nil {
		return fmt.Errorf("find superusers: %w", err)
	}
	record := core.NewRecord(collection)
	record.SetEmail(AdminEmail)
	record.SetPassword(password(secret, AdminEmail))
	if err := app.Save(record); err != nil {
		return fmt.Errorf("save administrator: %w", err)
	}
	return nil
}
