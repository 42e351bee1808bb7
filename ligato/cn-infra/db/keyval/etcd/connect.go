// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package etcd

import (
	"time"

	"github.com/cenkalti/backoff/v5"
	"google.golang.org/grpc"

	"go.ligato.io/cn-infra/v2/health/statuscheck"
)

// repeatLog is the interval at which the same reason is logged again.
const repeatLog = 30 * time.Second

// connect makes one attempt.
func (p *Plugin) connect() error {
	cfg := *p.client
	client := *cfg.Config
	client.Context = p.ctx
	cfg.Config = &client
	flows := &flowHandler{back: p.onBack, lost: p.onLost}
	conn, err := connect(cfg, p.Log, grpc.WithStatsHandler(flows))

	p.mu.Lock()
	defer p.mu.Unlock()
	p.lastErr = err
	if err == nil {
		p.conn = conn
		flows.use()
		p.Log.Info("connected to etcd")
	}
	return err
}

// connectLater tries until it is connected or the plugin is closed. Then it runs
// what waits for the connection.
func (p *Plugin) connectLater() {
	pause := backoff.NewExponentialBackOff()
	pause.MaxInterval = p.config.ReconnectInterval
	pause.InitialInterval = min(250*time.Millisecond, pause.MaxInterval)
	said := make(map[string]time.Time) // several members may have one reason each
	for {
		wait := time.NewTimer(pause.NextBackOff())
		select {
		case <-wait.C:
		case <-p.ctx.Done():
			wait.Stop()
			return
		}
		err := p.connect()
		if err == nil {
			break
		}
		if text := err.Error(); time.Since(said[text]) > repeatLog {
			said[text] = time.Now()
			p.Log.Warnf("not connected yet: %v", err)
		}
	}
	if p.StatusCheck != nil {
		p.StatusCheck.ReportStateChange(p.PluginName, statuscheck.OK, nil)
	}
	p.mu.Lock()
	waiting := p.waiting
	p.waiting = nil
	p.mu.Unlock()
	for _, callback := range waiting {
		p.call(callback)
	}
	if len(waiting) > 0 {
		p.askResync()
	}
}

// onLost is called when the last transport connection is gone. An attempt to
// come back that fails is not another loss.
func (p *Plugin) onLost() {
	if told := p.told.Load(); p.ctx.Err() == nil && !isAway(told) && p.told.CompareAndSwap(told, told+1) {
		p.Log.Warn("connection to etcd lost")
	}
}

// isAway tells whether what was logged last is a loss.
func isAway(told int64) bool { return told%2 == 1 }

// onBack is called when there is a transport connection again, which is not to
// say that somebody answers: a server that hangs is connected to as well.
func (p *Plugin) onBack() { ask(p.back) }

func (p *Plugin) askResync() { ask(p.resync) }

func ask(ch chan<- struct{}) {
	select {
	case ch <- struct{}{}:
	default: // one that has not begun is enough
	}
}

func asked(ch <-chan struct{}) bool {
	select {
	case <-ch:
		return true
	default:
		return false
	}
}

// followConnection tells when a lost connection is of use again, and runs the
// resyncs that are asked for, each as soon as etcd answers.
func (p *Plugin) followConnection() {
	for {
		var back, resync bool
		select {
		case <-p.back:
			back = true
		case <-p.resync:
			resync = true
		case <-p.ctx.Done():
			return
		}
		told := p.told.Load() // an answer tells nothing about a later loss
		if p.waitForAnswer() != nil {
			return
		}
		// What was asked while etcd did not answer is about the same.
		back = asked(p.back) || back
		resync = asked(p.resync) || resync || back && p.config.ReconnectResync
		if back && isAway(told) && p.told.CompareAndSwap(told, told+1) {
			p.Log.Info("connection to etcd is back")
		}
		if !resync || p.Resync == nil {
			continue
		}
		if err := p.Resync.Resync(p.ctx); err != nil && p.ctx.Err() == nil {
			p.Log.Warnf("resync after connecting: %v", err)
		}
	}
}

// waitForAnswer returns an error only if the plugin is closed.
func (p *Plugin) waitForAnswer() error {
	pause := backoff.NewExponentialBackOff()
	pause.MaxInterval = p.config.ReconnectInterval
	pause.InitialInterval = min(250*time.Millisecond, pause.MaxInterval)
	_, err := backoff.Retry(p.ctx, func() (struct{}, error) {
		conn, err := p.connection()
		if err != nil {
			return struct{}{}, err
		}
		ctx, cancel := conn.opContext()
		defer cancel()
		return struct{}{}, conn.probe(ctx)
	}, backoff.WithBackOff(pause), backoff.WithMaxElapsedTime(0))
	return err
}

func (p *Plugin) compactNowAndThen() {
	ticker := time.NewTicker(p.config.AutoCompact)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
		case <-p.ctx.Done():
			return
		}
		if rev, err := p.Compact(); err != nil {
			p.Log.Warnf("auto-compact: %v", err)
		} else {
			p.Log.Debugf("auto-compact: history before revision %d dropped", rev)
		}
	}
}
