// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"go.ligato.io/cn-infra/v2/infra"
)

// initPlugins returns the plugins that were initialised.
func (a *agent) initPlugins() ([]infra.Plugin, error) {
	for i, p := range a.opts.Plugins {
		if err := a.call(p, "Init", p.Init); err != nil {
			return a.opts.Plugins[:i], err
		}
	}
	for _, p := range a.opts.Plugins {
		post, ok := p.(infra.PostInit)
		if !ok {
			continue
		}
		if err := a.call(p, "AfterInit", post.AfterInit); err != nil {
			return a.opts.Plugins, err
		}
	}
	return a.opts.Plugins, nil
}

// call calls a method of a plugin and gives its error the plugin's name.
func (a *agent) call(p infra.Plugin, method string, f func() error) error {
	doing := fmt.Sprintf("plugin %s: %s", p, method)
	a.current.Store(&doing)
	began := time.Now()
	err := f()
	took := time.Since(began)
	logger().Debugf("%s took %v", doing, took)
	if method != "Close" && strings.Contains(debugInfra, "start") {
		fmt.Printf("%s took %v\n", doing, took)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}

// undo closes plugins after a failed start. It gives up at the stop timeout,
// because the caller is to learn why the start failed.
func (a *agent) undo(plugins []infra.Plugin) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := a.closePlugins(plugins); err != nil {
			logger().Warnf("Closing plugins after failed start: %v", err)
		}
	}()

	var expired <-chan time.Time
	if a.opts.StopTimeout > 0 {
		timer := time.NewTimer(a.opts.StopTimeout)
		defer timer.Stop()
		expired = timer.C
	}
	select {
	case <-done:
	case <-expired:
		logger().Warnf("Closing plugins after failed start took longer than %v: left behind at %s", a.opts.StopTimeout, a.doing())
	}
}

// closePlugins closes all plugins in reverse order, whatever each of them does.
func (a *agent) closePlugins(plugins []infra.Plugin) error {
	var errs []error
	for i := len(plugins) - 1; i >= 0; i-- {
		errs = append(errs, a.call(plugins[i], "Close", func() (err error) {
			defer func() {
				if r := recover(); r != nil {
					err = fmt.Errorf("panic: %v", r)
				}
			}()
			return plugins[i].Close()
		}))
	}
	return errors.Join(errs...)
}

func (a *agent) doing() string {
	if doing := a.current.Load(); doing != nil {
		return *doing
	}
	return "start"
}
