// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	err := run(os.Args[1:], os.Stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		fmt.Fprintln(os.Stderr, "descriptor-adapter:", err)
		os.Exit(1)
	}
}

// list is a flag that may be repeated.
type list []string

func (l *list) String() string { return strings.Join(*l, ", ") }

func (l *list) Set(text string) error {
	*l = append(*l, text)
	return nil
}

func run(args []string, messages io.Writer) error {
	var a adapter
	var imports list
	flags := flag.NewFlagSet("descriptor-adapter", flag.ContinueOnError)
	flags.SetOutput(messages)
	flags.StringVar(&a.Name, "descriptor-name", "", "exported Go `name` that the generated names begin with")
	flags.StringVar(&a.Value, "value-type", "", "Go `type` of the values")
	flags.StringVar(&a.Meta, "meta-type", "interface{}", "Go `type` of the metadata")
	flags.Var(&imports, "import", "import `path` that the types need; may be repeated")
	dir := flags.String("output-dir", ".", "`folder` that gets the package adapter")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	source, err := a.generate(imports)
	if err != nil {
		return err
	}
	folder := filepath.Join(*dir, "adapter")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, strings.ToLower(a.Name)+".go"), source, 0o644)
}
