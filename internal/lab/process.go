// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package lab

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

// Process is a program under test.
type Process struct {
	cmd    *exec.Cmd
	out    *buffer
	exited chan struct{}
	err    error // after exited
}

// Start starts a program in folder dir. Its output is kept, and copied to
// also unless that is nil. It is killed when this process dies.
func Start(dir string, env []string, also io.Writer, program string, args ...string) (*Process, error) {
	return start(dir, env, also, &syscall.SysProcAttr{}, program, args...)
}

// StartWithoutPrivilege starts a program in a user namespace of its own, where
// it has no capability over this network namespace.
func StartWithoutPrivilege(dir string, env []string, program string, args ...string) (*Process, error) {
	const nobody = 65534
	return start(dir, env, nil, &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: nobody, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: nobody, HostID: os.Getgid(), Size: 1}},
	}, program, args...)
}

func start(dir string, env []string, also io.Writer, attr *syscall.SysProcAttr, program string, args ...string) (*Process, error) {
	p := &Process{cmd: exec.Command(program, args...), out: &buffer{also: also}, exited: make(chan struct{})}
	p.cmd.Dir = dir
	p.cmd.Env = append(os.Environ(), env...)
	p.cmd.Stdout, p.cmd.Stderr = p.out, p.out
	p.cmd.SysProcAttr = attr
	attr.Pdeathsig = syscall.SIGKILL
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", program, err)
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.exited)
	}()
	return p, nil
}

// Stop asks the program to end and waits for it; after the timeout it is
// killed and an error returned. An exit status other than 0 is an error too.
func (p *Process) Stop(timeout time.Duration) error {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.exited:
		return p.err
	case <-time.After(timeout):
		p.Kill()
		return fmt.Errorf("did not end within %v of SIGTERM", timeout)
	}
}

// Kill ends the program at once and waits until it is gone.
func (p *Process) Kill() {
	_ = p.cmd.Process.Kill()
	<-p.exited
}

// Signal sends a signal, for example SIGSTOP.
func (p *Process) Signal(sig os.Signal) error { return p.cmd.Process.Signal(sig) }

// Wait waits for the program to end by itself and returns its exit status,
// or an error after the timeout.
func (p *Process) Wait(timeout time.Duration) (status int, err error) {
	select {
	case <-p.exited:
		return p.cmd.ProcessState.ExitCode(), nil
	case <-time.After(timeout):
		return 0, fmt.Errorf("still running after %v", timeout)
	}
}

// Output returns what the program has printed so far.
func (p *Process) Output() string { return p.out.String() }

// buffer is a bytes.Buffer for several goroutines.
type buffer struct {
	mu   sync.Mutex
	buf  bytes.Buffer
	also io.Writer
}

func (b *buffer) Write(data []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.also != nil {
		_, _ = b.also.Write(data)
	}
	return b.buf.Write(data)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}
