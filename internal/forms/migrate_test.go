package forms_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"noddfa/internal/forms"
)

func TestMigrate(t *testing.T) {
	raw, err := json.Marshal(object{
		"code": "one", "version": 3, "types": []any{"helpline"}, "title": words("Form", "Ffurflen"),
		"sections": []any{object{"id": "s", "title": words("S", "A"), "sent": true, "questions": []any{asked("c", "text"), asked("list", "checkboxes", "options", yesNo)}}},
		"migrations": []any{
			object{"from": 1, "rename": object{"a": "b"}, "drop": []any{"gone"}, "note": words("First", "Cyntaf")},
			object{"from": 2, "rename": object{"b": "c"}, "values": object{"c": object{"old": "new"}, "list": object{"x": "y"}}, "note": words("Second", "Ail")},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	f, err := forms.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	first, second := forms.Words{EN: "First", CY: "Cyntaf"}, forms.Words{EN: "Second", CY: "Ail"}
	tests := []struct {
		name  string
		from  int
		in    forms.Answers
		want  forms.Answers
		notes []forms.Note
	}{
		{"two steps", 1, forms.Answers{"a": "old", "gone": "x", "list": []any{"x", "y"}}, forms.Answers{"c": "new", "list": []any{"y"}},
			[]forms.Note{{To: 2, Keys: []string{"b", "gone"}, Text: first}, {To: 3, Keys: []string{"c", "list"}, Text: second}}},
		{"one step", 2, forms.Answers{"b": "kept", "other": true}, forms.Answers{"c": "kept", "other": true}, []forms.Note{{To: 3, Keys: []string{"c"}, Text: second}}},
		{"nothing of it touched", 1, forms.Answers{"other": "x"}, forms.Answers{"other": "x"}, nil},
		{"this version", 3, forms.Answers{"c": "old"}, forms.Answers{"c": "old"}, nil},
		{"no answers", 1, nil, forms.Answers{}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			before := tt.in.Clone()
			got, notes := f.Migrate(tt.from, tt.in)
			if !reflect.DeepEqual(got, tt.want) || !reflect.DeepEqual(notes, tt.notes) {
				t.Errorf("got %v %v, want %v %v", got, notes, tt.want, tt.notes)
			}
			if !reflect.DeepEqual(tt.in, before) {
				t.Error("the old answers changed")
			}
		})
	}
}
