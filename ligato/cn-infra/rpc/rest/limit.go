// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package rest

import (
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Headers of answers when the rate of requests is limited.
const (
	// HeaderKeyRateLimitLimit has the number of requests per second.
	HeaderKeyRateLimitLimit = "X-Ligato-RateLimiter-Limit"
	// HeaderKeyRateLimitBurst has the number of requests that may come at once.
	HeaderKeyRateLimitBurst = "X-Ligato-RateLimiter-MaxBurst"
	// HeaderKeyRateLimitDelay has, in a refusal, the time until the next
	// request is allowed, with its unit.
	HeaderKeyRateLimitDelay = "X-Ligato-RateLimiter-WaitDelay"
)

// limiters bounds the rate of requests per client. A client that has been idle
// for so long that it may send a full burst again is forgotten.
type limiters struct {
	rate  rate.Limit
	burst int
	now   func() time.Time

	mu      sync.Mutex
	clients map[string]*rate.Limiter
	swept   time.Time // when the idle clients were last forgotten
}

func newLimiters(limit rate.Limit, burst int) *limiters {
	return &limiters{rate: limit, burst: burst, now: time.Now, clients: make(map[string]*rate.Limiter)}
}

// sweepInterval is how often idle clients are looked for.
const sweepInterval = time.Minute

// delay takes one request of client into account and returns 0 if it is
// allowed, else the time until it would be.
func (l *limiters) delay(client string) time.Duration {
	now := l.now()

	l.mu.Lock()
	defer l.mu.Unlock()

	if now.Sub(l.swept) >= sweepInterval {
		for name, limiter := range l.clients {
			if limiter.TokensAt(now) >= float64(l.burst) {
				delete(l.clients, name)
			}
		}
		l.swept = now
	}
	limiter, ok := l.clients[client]
	if !ok {
		limiter = rate.NewLimiter(l.rate, l.burst)
		l.clients[client] = limiter
	}
	reservation := limiter.ReserveN(now, 1)
	delay := reservation.DelayFrom(now)
	if delay > 0 {
		reservation.CancelAt(now)
	}
	return delay
}

// limit is the middleware that refuses requests above the rate.
func (l *limiters) limit(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set(HeaderKeyRateLimitLimit, strconv.FormatFloat(float64(l.rate), 'g', -1, 64))
		w.Header().Set(HeaderKeyRateLimitBurst, strconv.Itoa(l.burst))

		if delay := l.delay(clientOf(r)); delay > 0 {
			w.Header().Set(HeaderKeyRateLimitDelay, delay.String())
			http.Error(w, "429 too many requests", http.StatusTooManyRequests)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// clientOf names the client of a request: the user or else the address. The
// two cannot be mistaken for each other.
func clientOf(r *http.Request) string {
	if user := UserName(r); user != "" {
		return "user " + user
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	return "address " + host
}
