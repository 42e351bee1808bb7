// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/agentapi"
	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/hostif"
	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/output"
	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/wire"
	ifwatcherv1 "github.com/ifwatcher/ifwatcher/proto/ifwatcher/v1"
)

// watchInterfaces shows the interfaces again when something has changed. On a
// terminal the table stays in place; elsewhere one follows the other, each
// JSON document in a line of its own, each YAML document after its mark.
func (a *app) watchInterfaces(cmd *cobra.Command, f *format, names []string, interval time.Duration) error {
	agent, err := a.agent()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(cmd.Context())
	told := newFollower()
	var streaming sync.WaitGroup
	streaming.Go(func() { told.run(ctx, agent, interval) })
	defer streaming.Wait()
	defer cancel()

	var last []byte
	lost := false
	for first := true; ; first = false {
		ctx, done := a.boundedQuietly(cmd)
		view, _, err := a.hostViewWith(ctx, func(agent *agentapi.Client) ([]wire.HostInterface, bool, error) {
			if list, ok := told.list(); ok {
				return list, true, nil
			}
			return agent.HostInterfaces(ctx)
		})
		done()
		switch {
		case ended(cmd.Context()):
			return nil
		case err != nil && (first || !errors.Is(err, agentapi.ErrUnreachable)):
			return err
		case err != nil:
			// An agent that is restarted comes back.
			if !lost {
				a.note("agentctl: %s; waiting for it", strings.Join(strings.Fields(err.Error()), " "))
			}
			lost = true
		default:
			lost = false
			list, err := chooseInterfaces(view, names)
			if err != nil && len(list) == 0 {
				list = []hostif.Interface{}
			}
			if last, err = a.showChange(f, list, last); err != nil {
				return err
			}
		}
		if !told.wait(cmd.Context(), interval) {
			return nil
		}
	}
}

// follower has the interfaces as the agent tells of them over gRPC, if it does.
type follower struct {
	changed chan struct{} // of capacity one

	mu        sync.Mutex
	mirror    hostif.Mirror
	following bool // the mirror is what the agent says
}

func newFollower() *follower { return &follower{changed: make(chan struct{}, 1)} }

// run follows the agent until the context ends or it turns out that the agent does
// not offer it. When the stream breaks, it begins again after the interval.
func (f *follower) run(ctx context.Context, agent *agentapi.Client, interval time.Duration) {
	for {
		err := agent.WatchHostInterfaces(ctx, f.mirror.Token(), func(response *ifwatcherv1.WatchResponse) error {
			f.apply(response)
			return nil
		})
		f.mu.Lock()
		f.following = false
		f.mirror.Interrupted()
		f.mu.Unlock()
		if errors.Is(err, agentapi.ErrNotOffered) || !sleep(ctx, interval) {
			return
		}
	}
}

func (f *follower) apply(response *ifwatcherv1.WatchResponse) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.mirror.Apply(response) {
		return
	}
	f.following = true
	select {
	case f.changed <- struct{}{}:
	default:
	}
}

// list returns the interfaces. ok is false while the agent does not tell of them.
func (f *follower) list() (list []wire.HostInterface, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.following {
		return nil, false
	}
	return f.mirror.List(), true
}

// wait returns when there is a change to show, or after the interval. It lets a
// moment pass in any case, for changes that come together. It returns false if the
// context ends before.
func (f *follower) wait(ctx context.Context, interval time.Duration) bool {
	together := min(interval, pollInterval)
	if !sleep(ctx, together) {
		return false
	}
	timer := time.NewTimer(interval - together)
	defer timer.Stop()
	select {
	case <-f.changed:
		return true
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// showChange shows the interfaces if they are not as the last time, and
// returns what they are.
func (a *app) showChange(f *format, list []hostif.Interface, last []byte) ([]byte, error) {
	now, err := json.Marshal(list)
	if err != nil {
		return last, err
	}
	// On a terminal the ages go on.
	inPlace := a.Stdout.Terminal && f.String() == ""
	if bytes.Equal(now, last) && !inPlace {
		return last, nil
	}
	if f.String() == output.JSON {
		_, err := fmt.Fprintf(a.Stdout, "%s\n", now)
		return now, err
	}
	var b bytes.Buffer
	w := *a.Stdout
	w.Writer = &b
	if err := a.showInterfaces(&w, f, list); err != nil {
		return now, err
	}
	text := b.String()
	switch {
	case f.String() == "":
		text = a.Now().Format(time.DateTime) + "\n" + text + "\n"
	case f.String() == output.YAML:
		text = "---\n" + text
	}
	if inPlace {
		// Home, then clear from there: nothing flickers.
		text = "\x1b[H\x1b[J" + text
	}
	_, err = io.WriteString(a.Stdout, text)
	return now, err
}
