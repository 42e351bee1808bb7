// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package agentapi

import (
	"fmt"
	"io"
	"net/http"

	"github.com/unrolled/render"
)

// maxDocument bounds the size of a configuration in a request, in bytes.
const maxDocument = 64 << 20

// errorReply is the body of most replies that are not OK. Of requests with a
// configuration it is the text alone.
type errorReply struct{ Error string }

// handler answers a request with a status code and a value, which is sent as
// JSON unless it is of type yamlText.
type handler func(req *http.Request) (code int, reply any)

// yamlText is a reply that is YAML.
type yamlText []byte

func (p *Plugin) registerREST() {
	if p.HTTPHandlers == nil {
		p.Log.Info("no HTTP server: the REST API is not registered")
		return
	}
	p.HTTPHandlers.RegisterHTTPHandler("/", p.index, http.MethodGet)
	for _, route := range []struct {
		path, method string
		handler      handler
	}{
		{pathVersion, http.MethodGet, p.version},
		{pathConfiguration, http.MethodGet, p.getConfiguration},
		{pathConfiguration, http.MethodPut, p.putConfiguration},
		{pathValidate, http.MethodPost, p.validate},
		{pathSchema, http.MethodGet, p.schema},
		{pathInterfaces, http.MethodGet, p.dumpInterfaces},
		{pathRoutes, http.MethodGet, p.dumpRoutes},
		{pathARPs, http.MethodGet, p.dumpARPs},
		{pathMetric, http.MethodGet, p.metric},
		{pathVPPCommand, http.MethodPost, p.vppCommand},
	} {
		p.HTTPHandlers.RegisterHTTPHandler(route.path, p.provider(route.handler), route.method)
	}
}

func (p *Plugin) provider(handle handler) func(*render.Render) http.HandlerFunc {
	return func(formatter *render.Render) http.HandlerFunc {
		return func(w http.ResponseWriter, req *http.Request) {
			code, reply := handle(req)
			var err error
			if text, ok := reply.(yamlText); ok {
				w.Header().Set("Content-Type", "application/yaml; charset=UTF-8")
				w.WriteHeader(code)
				_, err = w.Write(text)
			} else {
				err = formatter.JSON(w, code, reply)
			}
			if err != nil {
				p.Log.Debugf("reply to %s %s: %v", req.Method, req.URL.Path, err)
			}
		}
	}
}

func failure(code int, err error) (int, any) { return code, errorReply{err.Error()} }

// body returns the document in a request.
func body(req *http.Request) ([]byte, error) {
	text, err := io.ReadAll(http.MaxBytesReader(nil, req.Body, maxDocument))
	if err != nil {
		return nil, fmt.Errorf("read the request: %w", err)
	}
	return text, nil
}
