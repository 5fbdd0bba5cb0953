package main_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const module = "noddfa"

// mayImport says which packages of ours each package may import. A package that is not here may not exist.
var mayImport = map[string][]string{
	"":                   {"*"},
	"bench":              {"*"},
	"internal/access":    {"internal/casework"},
	"internal/anonymity": {},
	"internal/api":       {"internal/audit", "internal/casework", "internal/exchange", "internal/notify", "internal/pack", "internal/records"},
	"internal/audit":     {},
	"internal/casework":  {},
	"internal/demo":      {"internal/audit", "internal/casework", "internal/exchange", "internal/forms", "internal/keys", "internal/records"},
	"internal/exchange":  {"internal/access", "internal/anonymity", "internal/audit", "internal/casework", "internal/forms", "internal/keys", "internal/reconcile"},
	"internal/forms":     {"internal/casework"},
	"internal/keys":      {},
	"internal/pack":      {"internal/casework", "internal/forms"},
	"internal/notify":    {"internal/audit", "internal/casework", "internal/records"},
	"internal/reconcile": {"internal/casework"},
	"internal/records":   {"internal/access", "internal/audit", "internal/casework", "internal/exchange", "internal/forms", "internal/keys"},
	"internal/testkit":   {"*"},
	"pb_hooks":           {"internal/audit", "internal/casework", "internal/forms", "internal/records"},
	"pb_migrations":      {},
	"pwa":                {},
}

// standardOnly names packages that may import the standard library and nothing else beside their own neighbours.
var standardOnly = []string{
	"internal/casework", "internal/keys", "internal/audit", "internal/reconcile", "internal/access", "internal/forms",
	"internal/anonymity", "pwa",
}

type goPackage struct {
	ImportPath string
	Imports    []string
	Standard   bool
}

func listPackages(t *testing.T) []goPackage {
	t.Helper()
	cmd := exec.Command("go", "list", "-tags", "no_default_driver,sqlite_fts5,sqlite_math_functions", "-json=ImportPath,Imports", "./...")
	var problem bytes.Buffer
	cmd.Stderr = &problem
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("list packages: %v\n%s", err, &problem)
	}
	var packages []goPackage
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p goPackage
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return packages
		} else if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, p)
	}
}

func TestImportDirections(t *testing.T) {
	packages := listPackages(t)
	if len(packages) < 8 {
		t.Fatalf("got %d packages, want at least 8", len(packages))
	}
	for _, p := range packages {
		name := strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")
		allowed, known := mayImport[name]
		if !known {
			t.Errorf("package %s is not in the table of import directions", name)
			continue
		}
		for _, imported := range p.Imports {
			ours, isOurs := strings.CutPrefix(imported, module+"/")
			switch {
			case isOurs && ours == "internal/testkit" && name != "internal/testkit":
				t.Errorf("%s imports testkit, which is for tests only", name)
			case isOurs && !slices.Contains(allowed, ours) && !slices.Contains(allowed, "*"):
				t.Errorf("%s may not import %s", name, ours)
			case !isOurs && slices.Contains(standardOnly, name) && strings.Contains(strings.Split(imported, "/")[0], "."):
				t.Errorf("%s may import the standard library only, not %s", name, imported)
			}
		}
	}
}

// words reads a catalogue into key → text; nested objects are joined by dots.
func words(t *testing.T, lang string) map[string]string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("pwa", "words", lang+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var tree map[string]any
	if err := json.Unmarshal(raw, &tree); err != nil {
		t.Fatalf("%s: %v", lang, err)
	}
	flat := make(map[string]string)
	var walk func(prefix string, node map[string]any)
	walk = func(prefix string, node map[string]any) {
		for key, value := range node {
			switch v := value.(type) {
			case map[string]any:
				walk(prefix+key+".", v)
			case string:
				flat[prefix+key] = v
			default:
				t.Errorf("%s: %s%s is neither words nor a group of words", lang, prefix, key)
			}
		}
	}
	walk("", tree)
	return flat
}

var pluralForm = regexp.MustCompile(`#(zero|one|two|few|many|other)$`)

func TestWordsParity(t *testing.T) {
	en, cy := words(t, "en"), words(t, "cy")
	if len(en) < 100 {
		t.Fatalf("got %d English words, want the whole app's", len(en))
	}
	bare := func(m map[string]string) map[string]bool {
		keys := make(map[string]bool)
		for key, text := range m {
			if strings.TrimSpace(text) == "" {
				t.Errorf("%s is empty", key)
			}
			keys[pluralForm.ReplaceAllString(key, "")] = true
		}
		return keys
	}
	enKeys, cyKeys := bare(en), bare(cy)
	for key := range enKeys {
		if !cyKeys[key] {
			t.Errorf("%s is not in Welsh", key)
		}
	}
	for key := range cyKeys {
		if !enKeys[key] {
			t.Errorf("%s is not in English", key)
		}
	}
}

// TestOnePlace keeps the network, the database and cryptography of the app each in one folder.
func TestOnePlace(t *testing.T) {
	rules := []struct {
		what  string
		found *regexp.Regexp
		in    []string
	}{
		{"fetch", regexp.MustCompile(`(^|[^.\w'])fetch\(`), []string{"lib/exchange/", "service-worker.ts"}},
		{"crypto.subtle", regexp.MustCompile(`crypto\.subtle`), []string{"lib/vault/"}},
		{"IndexedDB", regexp.MustCompile(`\bindexedDB\b|from 'idb'`), []string{"lib/vault/"}},
		{"console", regexp.MustCompile(`\bconsole\.`), []string{"lib/log.ts"}},
		{"raw HTML", regexp.MustCompile(`\{@html\b|\.innerHTML\b`), nil},
	}
	root := filepath.Join("pwa", "src")
	files := 0
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		ext := filepath.Ext(path)
		if err != nil || entry.IsDir() || (ext != ".ts" && ext != ".svelte") || strings.HasSuffix(path, ".test.ts") {
			return err
		}
		name := filepath.ToSlash(strings.TrimPrefix(path, root+string(filepath.Separator)))
		if strings.HasPrefix(name, "lib/testing/") {
			return nil // What only unit tests use may reach into everything.
		}
		files++
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, rule := range rules {
			isPlace := slices.ContainsFunc(rule.in, func(place string) bool { return strings.HasPrefix(name, place) })
			if !isPlace && rule.found.Match(raw) {
				t.Errorf("%s uses %s, whose one place is %v", name, rule.what, rule.in)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 10 {
		t.Fatalf("got %d source files, want the whole app", files)
	}
}
