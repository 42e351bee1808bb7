// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package ownership

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

const (
	fileName = "hostconfig.state"
	lockName = "hostconfig.lock"

	// version of the file's form. A file of another one is not read.
	version = 1

	// slack is how many outdated lines are kept before a rewrite, however few
	// records there are.
	slack = 1024
)

// header is the first line of the file.
type header struct {
	Version int `json:"version"`
	Identity
}

// line is each other one. Without a record, the key has none any more.
type line struct {
	Key    string  `json:"key"`
	Record *Record `json:"record,omitempty"`
}

// journal is the file. Its last lines win over earlier ones.
type journal struct {
	path   string
	head   header
	lock   *os.File
	file   *os.File // nil until the first rewrite
	lines  int
	broken bool // the last write failed, so the file must be rewritten
}

func openJournal(dir string, id Identity) (*journal, map[string]Record, Loaded, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, nil, Loaded{}, fmt.Errorf("state folder: %w", err)
	}
	lock, err := lockFolder(dir)
	if err != nil {
		return nil, nil, Loaded{}, err
	}
	j := &journal{path: filepath.Join(dir, fileName), head: header{Version: version, Identity: id}, lock: lock}
	records, loaded, err := j.load()
	if err != nil {
		j.close()
		return nil, nil, Loaded{}, err
	}
	return j, records, loaded, nil
}

// lockFolder holds a lock that the kernel releases when the process ends,
// however it ends.
func lockFolder(dir string) (*os.File, error) {
	lock, err := os.OpenFile(filepath.Join(dir, lockName), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("state folder: %w", err)
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		lock.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			err = ErrInUse
		}
		return nil, fmt.Errorf("lock %s: %w", dir, err)
	}
	return lock, nil
}

func (j *journal) load() (map[string]Record, Loaded, error) {
	data, err := os.ReadFile(j.path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, Loaded{}, nil
	}
	if err != nil {
		return nil, Loaded{}, fmt.Errorf("read state: %w", err)
	}
	records, outdated, broken := decode(data, j.head)
	if broken != nil {
		broken = fmt.Errorf("%s: %w", j.path, broken)
		if err := os.WriteFile(j.path+".broken", data, 0o644); err != nil {
			return nil, Loaded{}, fmt.Errorf("keep the broken state: %w", err)
		}
	}
	return records, Loaded{Complete: broken == nil && !outdated, Outdated: outdated, Broken: broken}, nil
}

// decode reads what can be read. A line that cannot be leaves the others
// alone; a header that cannot be makes all worthless.
func decode(data []byte, want header) (records map[string]Record, outdated bool, broken error) {
	lines := bytes.Split(data, []byte("\n"))
	var head header
	if err := json.Unmarshal(lines[0], &head); err != nil {
		return nil, false, fmt.Errorf("line 1: %w", err)
	}
	if head.Version != want.Version {
		return nil, false, fmt.Errorf("line 1: version %d, expected %d", head.Version, want.Version)
	}
	if head.Identity != want.Identity {
		return nil, true, nil
	}
	records = map[string]Record{}
	for i, text := range lines[1:] {
		if len(text) == 0 {
			continue
		}
		var l line
		err := json.Unmarshal(text, &l)
		switch {
		case err != nil:
			broken = errors.Join(broken, fmt.Errorf("line %d: %w", i+2, err))
		case l.Key == "":
			broken = errors.Join(broken, fmt.Errorf("line %d: no key", i+2))
		case l.Record == nil:
			delete(records, l.Key)
		default:
			records[l.Key] = *l.Record
		}
	}
	return records, false, broken
}

// append writes one change, and the whole file where that is due.
func (j *journal) append(key string, r *Record, all map[string]Record) error {
	if j.broken || j.lines > 2*len(all)+slack {
		return j.rewrite(all)
	}
	text, err := json.Marshal(line{Key: key, Record: r})
	if err == nil {
		_, err = j.file.Write(append(text, '\n'))
	}
	if err != nil {
		j.broken = true
		return fmt.Errorf("write state: %w", err)
	}
	j.lines++
	return nil
}

// rewrite replaces the file by one that has the records alone.
func (j *journal) rewrite(all map[string]Record) error {
	j.broken = true
	if j.file != nil {
		j.file.Close()
		j.file = nil
	}
	next := j.path + ".new"
	file, err := os.OpenFile(next, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o644)
	if err != nil {
		return fmt.Errorf("write state: %w", err)
	}
	err = encode(file, j.head, all)
	if err == nil {
		err = os.Rename(next, j.path)
	}
	if err != nil {
		file.Close()
		return fmt.Errorf("write state: %w", err)
	}
	j.file, j.lines, j.broken = file, len(all), false
	return nil
}

func encode(file *os.File, head header, all map[string]Record) error {
	w := bufio.NewWriter(file)
	enc := json.NewEncoder(w)
	if err := enc.Encode(head); err != nil {
		return err
	}
	for key, r := range all {
		if err := enc.Encode(line{Key: key, Record: &r}); err != nil {
			return err
		}
	}
	return w.Flush()
}

// close is safe on a journal that was opened half-way.
func (j *journal) close() {
	if j.file != nil {
		j.file.Close()
		j.file = nil
	}
	j.lock.Close()
}
