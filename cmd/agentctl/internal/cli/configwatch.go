// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	"go.ligato.io/vpp-agent/v3/proto/ligato/configurator"
	linux_interfaces "go.ligato.io/vpp-agent/v3/proto/ligato/linux/interfaces"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/output"
	"github.com/ifwatcher/ifwatcher/internal/confdoc"
	"github.com/ifwatcher/ifwatcher/internal/orderedyaml"
)

func (a *app) configWatchCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "watch [KEY-PREFIX...]",
		Short: "Show the notifications of the agent, or each of its operations, until ^C",
		Long: "Show the notifications of the agent until ^C: those of the past that it remembers, then each as it\n" +
			"comes. With --operations, or with prefixes of keys, show each operation of the scheduler instead as\n" +
			"it happens: what has been configured, what appeared on the host and what was applied or withdrawn\n" +
			"because of it.",
		Example: "  agentctl config watch\n" +
			"  agentctl config watch --filter '{\"linux_notification\":{\"interface\":{\"state\":{\"name\":\"eth1\"}}}}'\n" +
			"  agentctl config watch --operations\n" +
			"  agentctl config watch linux/interface/host-name/ -o json",
	}
	texts := cmd.Flags().StringArray("filter", nil, "only notifications that have all of this, a Notification in JSON; one of several is enough")
	operations := cmd.Flags().Bool("operations", false, "show the operations of the scheduler")
	f := addFormat(cmd, "")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if *operations || len(args) > 0 {
			if len(*texts) > 0 {
				return usageError(cmd, errors.New("--filter is for notifications, not for operations"))
			}
			if f.String() != "" && f.String() != output.JSON {
				return usageError(cmd, fmt.Errorf("operations can be shown as text or as json, not as %q", f))
			}
			return a.watchOperations(cmd, f, args)
		}
		filters, err := parseFilters(*texts)
		if err != nil {
			return usageError(cmd, err)
		}
		return a.watchNotifications(cmd, f, filters)
	}
	return cmd
}

func parseFilters(texts []string) ([]*configurator.Notification, error) {
	var filters []*configurator.Notification
	for _, text := range texts {
		filter := &configurator.Notification{}
		if err := confdoc.Unmarshal([]byte(text), filter); err != nil {
			return nil, fmt.Errorf("--filter %s: not a Notification in JSON: %w", text, err)
		}
		filters = append(filters, filter)
	}
	return filters, nil
}

// watchNotifications ends without error when the user does it.
func (a *app) watchNotifications(cmd *cobra.Command, f *format, filters []*configurator.Notification) error {
	agent, err := a.agent()
	if err != nil {
		return err
	}
	err = agent.Notify(cmd.Context(), filters, func(n *configurator.NotifyResponse) error { return a.showNotification(f, n) })
	if ended(cmd.Context()) {
		return nil
	}
	return err
}

// showNotification writes a line for people, a JSON document in a line, a YAML
// document, or what a template makes of the message.
func (a *app) showNotification(f *format, n *configurator.NotifyResponse) error {
	raw, err := protojson.Marshal(n)
	if err != nil {
		return fmt.Errorf("notification: %w", err)
	}
	switch f.String() {
	case "":
		text, color := notificationText(n, raw)
		_, err = fmt.Fprintf(a.Stdout, "#%d %s\n", n.GetNextIdx()-1, a.Stdout.Paint(color, output.Printable(text)))
	case output.JSON:
		_, err = fmt.Fprintf(a.Stdout, "%s\n", compact(raw))
	case output.YAML:
		if raw, err = orderedyaml.FromJSON(raw); err == nil {
			_, err = fmt.Fprintf(a.Stdout, "---\n%s", raw)
		}
	default:
		return output.Write(a.Stdout, f.String(), n)
	}
	return err
}

// notificationText is a notification for people. One that agentctl does not know,
// such as those of VPP, is shown as JSON as far as it goes.
func notificationText(n *configurator.NotifyResponse, raw []byte) (string, output.Color) {
	state := n.GetNotification().GetLinuxNotification().GetInterface().GetState()
	if state == nil {
		return string(compact(raw)), output.Plain
	}
	color := output.Waits
	if state.GetOperStatus() == linux_interfaces.InterfaceState_UP {
		color = output.Good
	}
	text := fmt.Sprintf("interface %s is %s", state.GetName(), state.GetOperStatus())
	if state.GetInternalName() != state.GetName() && state.GetInternalName() != "" {
		text = fmt.Sprintf("interface %s (%s) is %s", state.GetName(), state.GetInternalName(), state.GetOperStatus())
	}
	if at := state.GetLastChange(); at != 0 {
		text += " since " + time.Unix(at, 0).Format(time.DateTime)
	}
	return text, color
}
