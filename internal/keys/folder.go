package keys

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

const (
	fileName    = "keys.json"
	fileSizeMax = 1 << 20
)

// For opens the keys in dir, and makes them when there are none and nothing was stored yet. hasData says whether a
// database exists; with one and without keys the answer is ErrLost, because new keys would hide that the old are gone.
// A folder that is older than notifications gets the key pair they need.
func For(dir string, hasData bool) (*Folder, error) {
	f, err := Open(dir)
	if err == nil && f.vapid == nil {
		return addVAPID(dir, f.raw)
	}
	if !errors.Is(err, ErrNone) {
		return f, err
	}
	if hasData {
		return nil, fmt.Errorf("open keys in %s: %w", dir, ErrLost)
	}
	return Make(dir)
}

// Open reads the keys in dir: ErrNone when there are none, ErrOpenToOthers when the folder is not 0700 or a file not 0600.
func Open(dir string) (*Folder, error) {
	path := filepath.Join(dir, fileName)
	raw, err := readPrivate(dir, path)
	if err != nil {
		return nil, err
	}
	f, err := Parse(raw)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return f, nil
}

// Make creates the folder (0700) if needed and new keys in it (0600); ErrExists when there are keys already.
func Make(dir string) (*Folder, error) {
	raw, err := generate()
	if err != nil {
		return nil, err
	}
	if err := install(dir, raw); err != nil {
		return nil, err
	}
	return Open(dir)
}

func readPrivate(dir, path string) ([]byte, error) {
	if err := checkMode(dir, 0o700); err != nil {
		return nil, err
	}
	if err := checkMode(path, 0o600); err != nil {
		return nil, err
	}
	return readLimited(path)
}

// checkMode refuses what others may read, with the command that puts it right.
func checkMode(path string, mode fs.FileMode) error {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("look for %s: %w", path, ErrNone)
	}
	if err != nil {
		return fmt.Errorf("look at %s: %w", path, err)
	}
	if info.Mode().Perm()&^mode != 0 {
		return fmt.Errorf("%s has mode %04o: %w. Put it right with: chmod %04o %s",
			path, info.Mode().Perm(), ErrOpenToOthers, mode, path)
	}
	return nil
}

func readLimited(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("look at %s: %w", path, err)
	}
	if info.Size() > fileSizeMax {
		return nil, fmt.Errorf("read %s: %w", path, ErrMalformed)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read keys: %w", err)
	}
	return raw, nil
}

func install(dir string, raw []byte) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make key folder: %w", err)
	}
	if err := checkMode(dir, 0o700); err != nil {
		return err
	}
	return writeNew(filepath.Join(dir, fileName), raw)
}

// writeNew writes a file that must not exist yet, through to the disk. It makes no second name for it, because an export
// often goes to a memory stick whose file system has no links.
func writeNew(path string, raw []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("write %s: %w", path, ErrExists)
	}
	if err != nil {
		return fmt.Errorf("make file: %w", err)
	}
	_, err = f.Write(raw)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(fmt.Errorf("write %s: %w", path, err), os.Remove(path))
	}
	return syncFolder(filepath.Dir(path))
}

// syncFolder makes the new name itself survive a loss of power.
func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("open folder: %w", err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("sync folder: %w", err)
	}
	return nil
}
