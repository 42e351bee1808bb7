// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"fmt"
	"os"
	"os/signal"
	"runtime/pprof"
	"sync"
	"sync/atomic"
	"time"
)

// Agent runs a set of plugins once. It is safe for concurrent use.
type Agent interface {
	// Run starts the agent and waits until it has stopped.
	Run() error
	// Start initialises the plugins. The first error ends the start: the
	// plugins initialised so far are closed, in reverse order, and the error
	// is returned with the name of the plugin. Later calls return the same.
	//
	// A start that takes longer than the start timeout, or that is interrupted
	// by a quit signal, ends the process with status 1.
	Start() error
	// Stop closes the plugins in reverse order and returns their errors,
	// joined. Later calls return the same. A stop that takes longer than the
	// stop timeout, or a second quit signal, ends the process with status 1.
	//
	// When the agent has not been started successfully, Stop, Wait and Error
	// return an error.
	Stop() error
	// Options returns the settings of the agent.
	Options() Options
	// Wait waits until the agent has stopped and returns what Stop does.
	Wait() error
	// After returns a channel that is closed when the plugins have been
	// closed. It is closed already when the agent has not been started
	// successfully.
	After() <-chan struct{}
	// Error is the same as Stop.
	Error() error
}

// state of an agent. Every state is entered at most once, from one above it.
type state int

const (
	created  state = iota
	starting       // from created
	failed         // from starting
	running        // from starting
	stopping       // from running
	stopped        // from stopping
)

func (s state) String() string {
	return [...]string{"not started", "starting", "not started successfully", "running", "stopping", "stopped"}[s]
}

type agent struct {
	opts Options
	exit func(code int) // os.Exit

	signals chan os.Signal
	current atomic.Pointer[string] // what is being done, for timeouts

	mu        sync.Mutex
	state     state
	startErr  error         // valid when startDone is closed
	startDone chan struct{} // closed when failed or running is entered
	stopErr   error         // valid when stopDone is closed
	stopDone  chan struct{} // closed when stopped is entered
}

var closedChan = func() <-chan struct{} {
	ch := make(chan struct{})
	close(ch)
	return ch
}()

// NewAgent returns an agent with the given options. The first call in a process
// parses the command line for the flags of all plugins of the agent; bad usage
// and -h end the process with status 2. It panics when two plugins have the
// same name.
func NewAgent(opts ...Option) Agent {
	a := newAgent(opts...)
	parseFlags(a.opts.Plugins)
	return a
}

func newAgent(opts ...Option) *agent {
	a := &agent{
		opts:      newOptions(opts),
		exit:      os.Exit,
		signals:   make(chan os.Signal, 2),
		startDone: make(chan struct{}),
		stopDone:  make(chan struct{}),
	}
	for i, p := range a.opts.Plugins {
		logger().Debugf("plugin %d: %s (%T)", i+1, p, p)
	}
	return a
}

func (a *agent) Options() Options {
	return a.opts
}

func (a *agent) Run() error {
	if err := a.Start(); err != nil {
		return err
	}
	return a.Wait()
}

func (a *agent) Start() error {
	a.mu.Lock()
	first := a.state == created
	if first {
		a.state = starting
	}
	a.mu.Unlock()

	if first {
		a.finishStart(a.start())
	}
	<-a.startDone
	return a.startErr
}

func (a *agent) finishStart(err error) {
	a.mu.Lock()
	defer a.mu.Unlock()

	a.startErr = err
	a.state = running
	if err != nil {
		a.state = failed
	} else {
		go a.supervise()
	}
	close(a.startDone)
}

func (a *agent) start() error {
	began := time.Now()
	logger().Infof("Starting agent version: %v", BuildVersion)
	// Before the plugins, so that no signal is missed.
	if len(a.opts.QuitSignals) > 0 {
		signal.Notify(a.signals, a.opts.QuitSignals...)
	}
	release := a.watchStart()
	initialised, err := a.initPlugins()
	release()
	if err != nil {
		// From here on signals end the process again, even if a Close hangs.
		signal.Stop(a.signals)
		a.undo(initialised)
		return err
	}
	logger().Infof("Agent started with %d plugins (took %v)", len(a.opts.Plugins), time.Since(began).Round(time.Millisecond))
	return nil
}

// watchStart ends the process when the start takes too long or is interrupted.
// The returned function ends the watch.
func (a *agent) watchStart() (release func()) {
	if a.opts.StartTimeout <= 0 {
		return func() {}
	}
	timer := time.NewTimer(a.opts.StartTimeout)
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		select {
		case <-done:
		case sig := <-a.signals:
			logger().Errorf("Signal %v during %s, exiting", sig, a.doing())
			a.exit(1)
		case <-timer.C:
			a.timedOut("start", a.opts.StartTimeout)
		}
	}()
	return func() {
		timer.Stop()
		close(done)
		<-ended
	}
}

// supervise stops the running agent when something asks for it, and ends when
// the agent has stopped.
func (a *agent) supervise() {
	defer signal.Stop(a.signals)

	quit, ctxDone := a.opts.QuitChan, a.opts.Context.Done()
	signalled := false
	for {
		select {
		case sig := <-a.signals:
			if signalled {
				logger().Errorf("Signal %v again during %s, exiting", sig, a.doing())
				a.exit(1)
				return
			}
			signalled = true
			a.beginStop(fmt.Sprintf("signal %v", sig))
		case <-quit:
			quit = nil
			a.beginStop("quit channel")
		case <-ctxDone:
			ctxDone = nil
			a.beginStop("context done")
		case <-a.stopDone:
			return
		}
	}
}

// beginStop starts closing the plugins unless that has begun.
func (a *agent) beginStop(why string) {
	a.mu.Lock()
	defer a.mu.Unlock()

	if a.state != running {
		return
	}
	a.state = stopping
	doing := "stop" // until the first Close, no longer what was done last
	a.current.Store(&doing)
	logger().Infof("Stopping agent: %s", why)
	go a.stop()
}

func (a *agent) stop() {
	if a.opts.StopTimeout > 0 {
		timer := time.AfterFunc(a.opts.StopTimeout, func() {
			a.timedOut("stop", a.opts.StopTimeout)
		})
		defer timer.Stop()
	}
	err := a.closePlugins(a.opts.Plugins)
	if err != nil {
		logger().Errorf("Agent stopped with errors: %v", err)
	} else {
		logger().Infof("Agent stopped")
	}

	a.mu.Lock()
	defer a.mu.Unlock()
	a.state = stopped
	a.stopErr = err
	close(a.stopDone)
}

func (a *agent) Stop() error {
	a.beginStop("Stop called")
	return a.Wait()
}

func (a *agent) Wait() error {
	if s := a.now(); s < running {
		return fmt.Errorf("agent: %s", s)
	}
	<-a.stopDone
	return a.stopErr
}

func (a *agent) After() <-chan struct{} {
	if a.now() < running {
		return closedChan
	}
	return a.stopDone
}

func (a *agent) Error() error {
	return a.Stop()
}

func (a *agent) now() state {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.state
}

func (a *agent) timedOut(what string, timeout time.Duration) {
	logger().Errorf("Agent failed to %s within %v: %s has not returned", what, timeout, a.doing())
	if DumpStackTraceOnTimeout {
		_ = pprof.Lookup("goroutine").WriteTo(os.Stderr, 2)
	}
	a.exit(1)
}
