package records

import (
	"database/sql"
	"fmt"
	"net/url"
	"path/filepath"

	"github.com/mattn/go-sqlite3"
	"github.com/pocketbase/dbx"
)

// Driver is the name under which SQLite is registered with this program's settings.
const Driver = "noddfa_sqlite3"

const (
	driverFull   = Driver
	driverNormal = Driver + "_logs"
	driverRead   = Driver + "_read"
)

// Waiting for a lock comes first, so that the other settings may wait too.
const pragmas = `
PRAGMA busy_timeout       = 10000;
PRAGMA journal_mode       = WAL;
PRAGMA journal_size_limit = 200000000;
PRAGMA foreign_keys       = ON;
PRAGMA temp_store         = MEMORY;
PRAGMA cache_size         = -32000;
PRAGMA trusted_schema     = OFF;
`

func init() {
	register(driverFull, pragmas+"PRAGMA synchronous = FULL;")
	register(driverNormal, pragmas+"PRAGMA synchronous = NORMAL;")
	register(driverRead, `
PRAGMA busy_timeout = 10000;
PRAGMA temp_store   = MEMORY;
PRAGMA cache_size   = -32000;
PRAGMA mmap_size    = 268435456;
PRAGMA query_only   = ON;
`)
}

// register binds settings to a hook and not to the address, because the address knows too few of them.
func register(name, settings string) {
	sql.Register(name, &sqlite3.SQLiteDriver{ConnectHook: func(c *sqlite3.SQLiteConn) error {
		_, err := c.Exec(settings, nil)
		return err
	}})
	dbx.BuilderFuncMap[name] = dbx.BuilderFuncMap["sqlite3"]
}

// Connect opens one of PocketBase's files. Write transactions take the lock at their start. A commit of the data file has
// reached the disk when it returns; the request log may lose its last moments with the power.
func Connect(path string) (*dbx.DB, error) {
	name := driverFull
	if filepath.Base(path) != "data.db" {
		name = driverNormal
	}
	db, err := dbx.Open(name, address(path, "_txlock=immediate"))
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", filepath.Base(path), err)
	}
	return db, nil
}

// connectRead opens the data file for pulls: read-only, and never holding back a writer.
func connectRead(path string) (*sql.DB, error) {
	db, err := sql.Open(driverRead, address(path, "mode=ro"))
	if err != nil {
		return nil, fmt.Errorf("open pull pool: %w", err)
	}
	db.SetMaxOpenConns(readers)
	db.SetMaxIdleConns(readers)
	return db, nil
}

const readers = 4

func address(path, options string) string {
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + options
}
