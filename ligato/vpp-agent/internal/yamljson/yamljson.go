// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package yamljson turns YAML into JSON that has everything on the line where
// the YAML has it, so that an error of a JSON decoder tells where to look.
package yamljson

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// maxAliases bounds how often anchors are used, since they can be nested to
// make a small file large.
const maxAliases = 10_000

// Convert returns the document as JSON. A file without document is "{}". Errors
// of the syntax name line and column.
func Convert(data []byte) ([]byte, error) {
	file, err := parser.ParseBytes(data, 0)
	if err != nil {
		return nil, err
	}
	var body ast.Node
	for _, doc := range file.Docs {
		switch {
		case doc.Body == nil || doc.Body.Type() == ast.CommentType:
		case body != nil:
			return nil, fmt.Errorf("line %d: more than one document", doc.Body.GetToken().Position.Line)
		default:
			body = doc.Body
		}
	}
	if body == nil || body.Type() == ast.NullType {
		return []byte("{}"), nil
	}
	w := &writer{line: 1, anchors: make(map[string]ast.Node)}
	if err := w.node(body); err != nil {
		return nil, err
	}
	return w.out.Bytes(), nil
}

type writer struct {
	out     bytes.Buffer
	line    int
	anchors map[string]ast.Node
	aliases int
}

// moveTo begins new lines until the line of a node is reached.
func (w *writer) moveTo(node ast.Node) {
	for line := node.GetToken().Position.Line; w.line < line; w.line++ {
		w.out.WriteByte('\n')
	}
}

func (w *writer) node(node ast.Node) error {
	switch n := node.(type) {
	case *ast.MappingNode:
		return w.mapping(n.Values)
	case *ast.MappingValueNode:
		return w.mapping([]*ast.MappingValueNode{n})
	case *ast.SequenceNode:
		return w.sequence(n.Values)
	case *ast.AnchorNode:
		w.anchors[n.Name.GetToken().Value] = n.Value
		return w.node(n.Value)
	case *ast.AliasNode:
		return w.alias(n)
	case *ast.TagNode:
		return w.node(n.Value)
	case *ast.NullNode:
		w.moveTo(n)
		w.out.WriteString("null")
		return nil
	case *ast.LiteralNode:
		w.moveTo(n)
		return w.value(n, n.Value.Value)
	case ast.ScalarNode:
		w.moveTo(n)
		return w.value(n, n.GetValue())
	default:
		return fmt.Errorf("line %d: %s is not supported", node.GetToken().Position.Line, node.Type())
	}
}

func (w *writer) value(node ast.Node, value any) error {
	data, err := json.Marshal(value)
	if err != nil {
		// Numbers that JSON does not have are text.
		data, err = json.Marshal(node.GetToken().Value)
	}
	w.out.Write(data)
	return err
}

func (w *writer) mapping(values []*ast.MappingValueNode) error {
	w.out.WriteByte('{')
	for i, v := range values {
		if i > 0 {
			w.out.WriteByte(',')
		}
		if v.Key.IsMergeKey() {
			return fmt.Errorf("line %d: merging of mappings is not supported", v.Key.GetToken().Position.Line)
		}
		w.moveTo(v.Key)
		if err := w.value(v.Key, v.Key.GetToken().Value); err != nil {
			return err
		}
		w.out.WriteByte(':')
		if err := w.node(v.Value); err != nil {
			return err
		}
	}
	w.out.WriteByte('}')
	return nil
}

func (w *writer) sequence(values []ast.Node) error {
	w.out.WriteByte('[')
	for i, v := range values {
		if i > 0 {
			w.out.WriteByte(',')
		}
		if err := w.node(v); err != nil {
			return err
		}
	}
	w.out.WriteByte(']')
	return nil
}

func (w *writer) alias(n *ast.AliasNode) error {
	name := n.Value.GetToken().Value
	target, ok := w.anchors[name]
	if !ok {
		return fmt.Errorf("line %d: no anchor %q", n.GetToken().Position.Line, name)
	}
	if w.aliases++; w.aliases > maxAliases {
		return errors.New("too many aliases")
	}
	// What contains itself must not be written for ever.
	delete(w.anchors, name)
	defer func() { w.anchors[name] = target }()
	return w.node(target)
}
