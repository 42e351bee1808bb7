// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package agentapi

import (
	"bytes"
	"html/template"
	"net/http"

	"github.com/unrolled/render"
)

// Paths of the REST API.
const (
	pathVersion       = "/info/version"
	pathSchema        = "/info/configuration/jsonschema"
	pathConfiguration = "/configuration"
	pathValidate      = "/configuration/validate"
	pathInterfaces    = "/dump/linux/v2/interfaces"
	pathRoutes        = "/dump/linux/v2/routes"
	pathARPs          = "/dump/linux/v2/arps"
	pathMetric        = "/metrics/{metric}"
	pathVPPCommand    = "/vpp/command"
)

type indexGroup struct {
	Name  string
	Links []indexLink
}

type indexLink struct{ Path, Name string }

// indexGroups are what a person can look at in a browser, also what the
// scheduler serves.
var indexGroups = []indexGroup{
	{"Info", []indexLink{
		{pathVersion, "Version"},
		{pathSchema, "JSONSchema"},
	}},
	{"Linux", []indexLink{
		{pathInterfaces, "Interfaces"},
		{pathRoutes, "Routes"},
		{pathARPs, "ARPs"},
	}},
	{"NB configuration", []indexLink{
		{pathConfiguration, "Get or Put NB configuration"},
		{pathValidate, "Validation"},
	}},
	{"Scheduler", []indexLink{
		{"/scheduler/status", "Values"},
		{"/scheduler/txn-history?format=text", "Transactions"},
		{"/scheduler/dump", "Descriptors"},
		{"/scheduler/graph-snapshot", "Graph"},
		{"/scheduler/stats", "Stats"},
	}},
}

var indexTemplate = template.Must(template.New("index").Parse(`<!DOCTYPE html>
<html lang="en">
<head>
    <title>Index</title>
</head>
<body>
<h2>Index:</h2>
<ul>
{{range .}}
    <h3>{{.Name}}:</h3>
    {{range .Links}}
        <li>
            <a href="{{.Path}}">{{.Name}}</a>
        </li>
    {{end}}
{{end}}
</ul>
</body>
</html>
`))

func (p *Plugin) index(*render.Render) http.HandlerFunc {
	return func(w http.ResponseWriter, req *http.Request) {
		var page bytes.Buffer
		if err := indexTemplate.Execute(&page, indexGroups); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=UTF-8")
		if _, err := page.WriteTo(w); err != nil {
			p.Log.Debugf("reply to %s: %v", req.URL.Path, err)
		}
	}
}
