// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package agentapi

import (
	"fmt"
	"net/http"

	"github.com/gorilla/mux"
	"go.ligato.io/vpp-agent/v3/pkg/models"
)

// classMetrics is the class of the models of metrics.
const classMetrics = "metrics"

// metric answers clients that ask for the metrics of one model. There is none
// that this plugin could read: the agent's own metrics are those for Prometheus,
// at /metrics.
func (p *Plugin) metric(req *http.Request) (int, any) {
	name := mux.Vars(req)["metric"]
	model, err := models.GetModel(name)
	if err == nil && model.Spec().Class != classMetrics {
		err = fmt.Errorf("model %s is of class %q, not %q", name, model.Spec().Class, classMetrics)
	}
	if err != nil {
		return failure(http.StatusNotFound, err)
	}
	return failure(http.StatusInternalServerError, fmt.Errorf("metric %s does not have registered retriever", name))
}
