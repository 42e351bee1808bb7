// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package output

import (
	"fmt"
	"sync"
	"time"
)

// Progress shows on a terminal that something takes long, from the first
// second on, until the function returned is called. Elsewhere it does nothing.
func Progress(w *Writer, what string) (done func()) {
	if !w.Terminal {
		return func() {}
	}
	stop := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		shown := false
		for seconds := 1; ; seconds++ {
			select {
			case <-tick.C:
				shown = true
				fmt.Fprintf(w, "\r\x1b[K%s … %ds", what, seconds)
			case <-stop:
				if shown {
					fmt.Fprint(w, "\r\x1b[K")
				}
				return
			}
		}
	})
	return sync.OnceFunc(func() {
		close(stop)
		wg.Wait()
	})
}
