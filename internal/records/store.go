package records

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"
)

// Keys is what this package needs of the key folder.
type Keys interface {
	Seal(aad string, plain []byte) ([]byte, error)
	Unseal(aad string, sealed []byte) ([]byte, error)
}

// Store is the data file of an app that has been bootstrapped and migrated.
type Store struct {
	app  core.App
	keys Keys
}

// Open gives the store of an app.
func Open(app core.App, keys Keys) (*Store, error) {
	if app.DataDir() == "" {
		return nil, fmt.Errorf("open records: no data folder")
	}
	return &Store{app: app, keys: keys}, nil
}
