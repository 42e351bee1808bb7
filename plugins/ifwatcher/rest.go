// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package ifwatcher

import (
	"cmp"
	"net/http"
	"slices"
	"time"

	"github.com/unrolled/render"

	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/tracker"
)

// interfacesPath is where GET returns every interface as an interfaceView.
// The parameter "name" selects those that have it as name or alternative name,
// "namespace" those of a network namespace, which is empty for the default one.
const interfacesPath = "/ifwatcher/interfaces"

// interfaceView is an interface as REST shows it. Fields are added, never changed.
// What a name holds that is not UTF-8 is shown as U+FFFD, as JSON demands; the
// index tells such interfaces apart.
type interfaceView struct {
	Name      string   `json:"name"`
	Index     int      `json:"index"`
	Kind      string   `json:"kind"` // as "ip link" has it, empty for physical devices
	AdminUp   bool     `json:"admin_up"`
	OperState string   `json:"oper_state"` // as in /sys/class/net/NAME/operstate
	MAC       string   `json:"mac"`
	MTU       int      `json:"mtu"`
	Addresses []string `json:"addresses"` // usable ones, with the length of the prefix
	Master    string   `json:"master"`    // name of the interface that it is enslaved to
	VRF       string   `json:"vrf"`       // the same if that is a VRF device
	Namespace string   `json:"namespace"` // empty for the default one
	AltNames  []string `json:"altnames"`
	// Announced tells whether the scheduler has been told, Since since when. State is
	// that of tracker.State, Reason says more of it if the interface is not announced
	// or will not be for long.
	Announced bool       `json:"announced"`
	Since     *time.Time `json:"announced_since"`
	State     string     `json:"state"`
	Reason    string     `json:"reason"`
}

func newInterfaceView(i tracker.Interface) interfaceView {
	v := interfaceView{
		Name: i.Name, Index: i.Index, Kind: i.Kind, AdminUp: i.AdminUp, OperState: i.OperState.String(), MAC: i.MAC,
		MTU: i.MTU, Addresses: make([]string, len(i.Addresses)), Master: i.MasterName, VRF: i.VRF, Namespace: i.Namespace,
		AltNames: append([]string{}, i.AltNames...), State: string(i.State),
	}
	for n, a := range i.Addresses {
		v.Addresses[n] = a.String()
	}
	switch {
	case i.IsAnnounced() && i.Told:
		v.Announced, v.Since = true, &i.Since
		if i.State != tracker.Announced {
			v.Reason = i.Reason()
		}
	case i.IsAnnounced():
		v.Reason = "the scheduler has not taken it yet"
	default:
		v.Reason = i.Reason()
	}
	return v
}

func (p *Plugin) registerREST() {
	if p.HTTPHandlers == nil {
		return
	}
	p.HTTPHandlers.RegisterHTTPHandler(interfacesPath, func(r *render.Render) http.HandlerFunc {
		return func(w http.ResponseWriter, req *http.Request) {
			if err := p.interfacesHandler(r, w, req); err != nil {
				p.Log.Debugf("answer to GET %s: %v", interfacesPath, err)
			}
		}
	}, http.MethodGet)
}

func (p *Plugin) interfacesHandler(r *render.Render, w http.ResponseWriter, req *http.Request) error {
	interfaces := p.Interfaces()
	// There is always the loopback device; other namespaces may have been read before.
	if !slices.ContainsFunc(interfaces, func(i tracker.Interface) bool { return i.Namespace == "" }) {
		if err := p.watcher.OutOfSync(); err != nil {
			return r.JSON(w, http.StatusServiceUnavailable,
				map[string]string{"error": "interfaces have not been read from the kernel: " + err.Error()})
		}
	}
	query := req.URL.Query()
	views := make([]interfaceView, 0, len(interfaces))
	for _, i := range interfaces {
		if name := query.Get("name"); name != "" && i.Name != name && !slices.Contains(i.AltNames, name) {
			continue
		}
		if query.Has("namespace") && i.Namespace != query.Get("namespace") {
			continue
		}
		views = append(views, newInterfaceView(i))
	}
	slices.SortStableFunc(views, func(a, b interfaceView) int {
		return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Index, b.Index))
	})
	return r.JSON(w, http.StatusOK, views)
}
