// Package pwa carries the built app and serves it: the files of one build, with the headers that keep a browser honest.
//
// It promises that no answer of it can be taken for data (it never answers /api or /_), and that no script but the
// app's own can run in it.
//
// Not here: anything that knows a person, a record or a token.
package pwa

import (
	"embed"
	"io/fs"
)

// The .gitkeep in build/ lets the program compile before the app was ever built.
//
//go:embed all:build
var build embed.FS

// Files gives the built app, index.html at its root; without index.html when the app was not built.
func Files() fs.FS {
	files, err := fs.Sub(build, "build")
	if err != nil {
		panic(err) // The folder is embedded above, under this very name.
	}
	return files
}
