// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package agentapi

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
)

// Config says where an agent is and how to talk to it.
type Config struct {
	Host     string // name or address, without port
	HTTPPort int
	GRPCPort int
	// BasicAuth is "user:password" for the REST server; empty means none.
	BasicAuth string
	// HTTPTLS and GRPCTLS turn TLS on; nil means plain text.
	HTTPTLS *tls.Config
	GRPCTLS *tls.Config
	// APIVersion is put before every path of the REST API as in "/v1"; empty
	// means nothing is.
	APIVersion string
	// Log gets a line for each request; nil means no log.
	Log *slog.Logger
}

// Client talks to one agent. It connects when it is first used.
type Client struct {
	config Config
	base   string
	http   *http.Client
	grpc   *grpc.ClientConn
	log    *slog.Logger
}

// New checks the configuration. It does not connect.
func New(config Config) (*Client, error) {
	if user, _, ok := strings.Cut(config.BasicAuth, ":"); config.BasicAuth != "" && (!ok || user == "") {
		return nil, fmt.Errorf("credentials for HTTP must be \"user:password\"")
	}
	c := &Client{config: config, log: config.Log}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	scheme := "http"
	transport := &http.Transport{TLSClientConfig: config.HTTPTLS}
	if config.HTTPTLS != nil {
		scheme = "https"
	}
	c.base = scheme + "://" + net.JoinHostPort(config.Host, strconv.Itoa(config.HTTPPort))
	if config.APIVersion != "" {
		c.base += "/v" + strings.TrimPrefix(config.APIVersion, "v")
	}
	c.http = &http.Client{Transport: transport}

	creds := insecure.NewCredentials()
	if config.GRPCTLS != nil {
		creds = credentials.NewTLS(config.GRPCTLS)
	}
	var err error
	// A passthrough target keeps proxies and resolvers out of the way; the
	// dialer resolves names.
	c.grpc, err = grpc.NewClient("passthrough:///"+c.grpcAddress(),
		grpc.WithTransportCredentials(creds),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxMessage)))
	if err != nil {
		return nil, fmt.Errorf("gRPC address %s: %w", c.grpcAddress(), err)
	}
	return c, nil
}

// maxMessage is above what any configuration needs: an agent with very many
// values answers with more than the 4 MiB that are the default.
const maxMessage = 1 << 30

func (c *Client) grpcAddress() string {
	return net.JoinHostPort(c.config.Host, strconv.Itoa(c.config.GRPCPort))
}

// Close closes the connections.
func (c *Client) Close() error {
	c.http.CloseIdleConnections()
	return c.grpc.Close()
}
