// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package agentapi

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"go.ligato.io/vpp-agent/v3/pkg/models"
	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	"go.ligato.io/vpp-agent/v3/plugins/orchestrator"
	"go.ligato.io/vpp-agent/v3/plugins/orchestrator/contextdecorator"
	"google.golang.org/protobuf/proto"

	"github.com/ifwatcher/ifwatcher/internal/confdoc"
	"github.com/ifwatcher/ifwatcher/plugins/agentapi/internal/jsonschema"
)

// dataSource is the name of the source that remote clients are together.
const dataSource = "grpc"

// document returns the form of the configuration with the models that there are
// by now.
func document() (*confdoc.Form, error) { return confdoc.New(models.DefaultRegistry) }

// wanted returns the values that the sources want, by key.
func (p *Plugin) wanted() []proto.Message {
	data := p.Dispatcher.ListData()
	values := make([]proto.Message, 0, len(data))
	for _, key := range slices.Sorted(maps.Keys(data)) {
		values = append(values, data[key])
	}
	return values
}

// getConfiguration returns what is wanted as one document.
func (p *Plugin) getConfiguration(*http.Request) (int, any) {
	form, err := document()
	if err != nil {
		return http.StatusInternalServerError, err.Error()
	}
	text, err := form.YAML(p.wanted())
	if err != nil {
		return http.StatusInternalServerError, err.Error()
	}
	return http.StatusOK, yamlText(text)
}

// putConfiguration applies a document. With the argument "replace" it becomes all
// that remote clients want.
func (p *Plugin) putConfiguration(req *http.Request) (int, any) {
	values, err := readDocument(req)
	if err != nil {
		return http.StatusInternalServerError, err.Error()
	}
	pairs := make([]orchestrator.KeyVal, 0, len(values))
	for _, value := range values {
		if value.Err != nil {
			return http.StatusInternalServerError, fmt.Sprintf("%s: %v", value.Path, value.Err)
		}
		pairs = append(pairs, orchestrator.KeyVal{Key: value.Key, Val: value.Message})
	}
	_, replace := req.URL.Query()["replace"]
	if _, err := p.push(req.Context(), dataSource, pairs, replace); err != nil {
		return http.StatusInternalServerError, err.Error()
	}
	return http.StatusOK, struct{}{}
}

// readDocument returns the values of the document in the body of a request.
func readDocument(req *http.Request) ([]confdoc.Value, error) {
	text, err := body(req)
	if err != nil {
		return nil, err
	}
	form, err := document()
	if err != nil {
		return nil, err
	}
	return form.Read(text)
}

// push has values applied and waits for it.
func (p *Plugin) push(ctx context.Context, source string, pairs []orchestrator.KeyVal, replace bool) ([]orchestrator.Result, error) {
	ctx = contextdecorator.DataSrcContext(ctx, source)
	if replace {
		ctx = kvs.WithResync(ctx, kvs.FullResync, true)
	}
	return p.Dispatcher.PushData(ctx, pairs, nil)
}

// schema returns the JSON schema of the document.
func (p *Plugin) schema(req *http.Request) (int, any) {
	names := jsonschema.BothNames
	switch argument := req.URL.Query().Get("fieldnames"); argument {
	case "":
	case "onlyproto":
		names = jsonschema.OnlyProtoNames
	case "onlyjson":
		names = jsonschema.OnlyJSONNames
	default:
		return failure(http.StatusBadRequest, fmt.Errorf("fieldnames is %q: it can be onlyproto or onlyjson", argument))
	}
	form, err := document()
	if err != nil {
		return failure(http.StatusInternalServerError, err)
	}
	return http.StatusOK, jsonschema.Of(form.Descriptor(), names)
}
