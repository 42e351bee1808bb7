// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package logmanager

import (
	"net/http"
	"slices"
	"strings"

	"github.com/gorilla/mux"
	"github.com/unrolled/render"
)

// LoggerData is one logger in REST replies.
type LoggerData struct {
	Logger string `json:"logger"`
	Level  string `json:"level"`
}

// errorData has the key that agentctl reads.
type errorData struct {
	Error string
}

func (p *Plugin) registerHandlers() {
	p.HTTP.RegisterHTTPHandler("/log/list", p.listHandler, http.MethodGet)
	p.HTTP.RegisterHTTPHandler("/log/{logger}/{level}", p.levelHandler, http.MethodPut)
}

func (p *Plugin) listHandler(formatter *render.Render) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		p.reply(formatter, w, http.StatusOK, p.list())
	}
}

func (p *Plugin) levelHandler(formatter *render.Render) http.HandlerFunc {
	return func(w http.ResponseWriter, req *http.Request) {
		vars := mux.Vars(req)
		data := LoggerData{Logger: vars["logger"], Level: vars["level"]}
		if err := p.LogRegistry.SetLevel(data.Logger, data.Level); err != nil {
			p.reply(formatter, w, http.StatusInternalServerError, errorData{err.Error()})
			return
		}
		p.Log.Infof("level of logger %q set to %s", data.Logger, data.Level)
		p.reply(formatter, w, http.StatusOK, data)
	}
}

func (p *Plugin) reply(formatter *render.Render, w http.ResponseWriter, status int, body any) {
	if err := formatter.JSON(w, status, body); err != nil {
		p.Log.Warnf("reply: %v", err)
	}
}

// list returns all loggers in the order of their names.
func (p *Plugin) list() []LoggerData {
	list := []LoggerData{}
	for name, level := range p.LogRegistry.ListLoggers() {
		list = append(list, LoggerData{Logger: name, Level: level})
	}
	slices.SortFunc(list, func(a, b LoggerData) int {
		return strings.Compare(a.Logger, b.Logger)
	})
	return list
}
