// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/agentapi"
	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/kv"
	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/output"
)

// Environment is all that agentctl gets from the system it runs on.
type Environment struct {
	Stdin  io.Reader
	Stdout *output.Writer
	Stderr *output.Writer
	Getenv func(string) string
	Now    func() time.Time
}

// System returns the environment of this process.
func System() Environment {
	return Environment{
		Stdin:  os.Stdin,
		Stdout: output.NewWriter(os.Stdout, os.Getenv),
		Stderr: output.NewWriter(os.Stderr, os.Getenv),
		Getenv: os.Getenv,
		Now:    time.Now,
	}
}

// Run carries out a command line and returns the exit status: 0, or 1 after
// one line on standard error.
func Run(ctx context.Context, args []string, env Environment) int {
	a := &app{Environment: env}
	root := a.rootCommand()
	root.SetArgs(args)
	root.SetIn(env.Stdin)
	root.SetOut(env.Stdout)
	root.SetErr(env.Stderr)
	err := root.ExecuteContext(ctx)
	a.close()
	if err == nil {
		return 0
	}
	if errors.Is(err, context.Canceled) && ctx.Err() != nil {
		err = errors.New("interrupted")
	}
	fmt.Fprintln(env.Stderr, output.Printable("agentctl: "+oneLine(err)))
	return 1
}

// oneLine returns the text of an error with a hint, in one line.
func oneLine(err error) string {
	text := strings.Join(strings.Fields(err.Error()), " ")
	switch {
	case errors.Is(err, agentapi.ErrUnreachable):
		text += " (is it running? --host, --http-port and --grpc-port say where)"
	case errors.Is(err, kv.ErrUnreachable):
		text += " (is it running? --etcd-endpoints says where)"
	}
	return text
}

// app is one run of agentctl.
type app struct {
	Environment
	settings settings
	client   *agentapi.Client
	store    *kv.Store
}

// agent returns the client of the agent, made on first use.
func (a *app) agent() (*agentapi.Client, error) {
	if a.client != nil {
		return a.client, nil
	}
	config, err := a.settings.agentConfig(a.Environment)
	if err != nil {
		return nil, err
	}
	a.client, err = agentapi.New(config)
	return a.client, err
}

// kvdb returns the connection to the store, made on first use.
func (a *app) kvdb(ctx context.Context) (*kv.Store, error) {
	if a.store != nil {
		return a.store, nil
	}
	tlsConfig, err := a.settings.tlsConfig(a.settings.file.KVDBTLS)
	if err != nil {
		return nil, fmt.Errorf("kvdb-tls: %w", err)
	}
	a.store, err = kv.Open(ctx, a.settings.etcdEndpoints, tlsConfig)
	return a.store, err
}

func (a *app) close() {
	if a.client != nil {
		_ = a.client.Close()
	}
	if a.store != nil {
		_ = a.store.Close()
	}
}

// bounded returns a context for one command, which ends after --timeout, and
// shows on a terminal that it takes long.
func (a *app) bounded(cmd *cobra.Command) (context.Context, func()) {
	ctx, cancel := context.WithTimeout(cmd.Context(), a.settings.timeout)
	done := output.Progress(a.Stderr, "agentctl "+cmd.Name())
	return ctx, func() {
		done()
		cancel()
	}
}

// begin is for commands that ask the agent. done is nil if there is an error.
func (a *app) begin(cmd *cobra.Command) (ctx context.Context, agent *agentapi.Client, done func(), err error) {
	agent, err = a.agent()
	if err != nil {
		return nil, nil, nil, err
	}
	ctx, done = a.bounded(cmd)
	return ctx, agent, done, nil
}

// beginWithModels is begin for commands that need the messages of the agent too.
func (a *app) beginWithModels(cmd *cobra.Command) (ctx context.Context, agent *agentapi.Client, reg *agentapi.Registry, done func(), err error) {
	ctx, agent, done, err = a.begin(cmd)
	if err != nil {
		return nil, nil, nil, nil, err
	}
	if reg, err = agent.Registry(ctx); err != nil {
		done()
		return nil, nil, nil, nil, err
	}
	return ctx, agent, reg, done, nil
}

// print writes a line.
func (a *app) print(format string, args ...any) {
	fmt.Fprint(a.Stdout, output.Printable(fmt.Sprintf(format, args...)), "\n")
}

// note writes a line for people to standard error.
func (a *app) note(format string, args ...any) {
	fmt.Fprint(a.Stderr, output.Printable(fmt.Sprintf(format, args...)), "\n")
}

// boundedQuietly is bounded for requests that are repeated.
func (a *app) boundedQuietly(cmd *cobra.Command) (context.Context, func()) {
	return context.WithTimeout(cmd.Context(), a.settings.timeout)
}

// ended reports whether the user has ended the command.
func ended(ctx context.Context) bool { return ctx.Err() != nil }
