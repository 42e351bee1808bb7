// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package output

import (
	"io"
	"os"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/term"
)

// Writer is where output goes, with what it can show. The zero width means
// that lines may have any length.
type Writer struct {
	io.Writer
	Width    int
	Colors   bool
	Terminal bool
}

// NewWriter finds out what a file can show. getenv is asked for NO_COLOR (see
// no-color.org) and TERM.
func NewWriter(f *os.File, getenv func(string) string) *Writer {
	w := &Writer{Writer: f}
	fd := int(f.Fd())
	if !term.IsTerminal(fd) {
		return w
	}
	w.Terminal = true
	w.Colors = getenv("NO_COLOR") == "" && getenv("TERM") != "dumb"
	if width, _, err := term.GetSize(fd); err == nil {
		w.Width = width
	}
	return w
}

// Color is a colour of text on a terminal.
type Color int

// The colours: what a piece of text means, as its name says it.
const (
	Plain Color = 0
	Bad   Color = 31 // red
	Good  Color = 32 // green
	Waits Color = 33 // yellow
	Info  Color = 36 // cyan
	Faint Color = 90 // grey
)

// Paint returns the text in the colour, if the writer shows colours.
func (w *Writer) Paint(c Color, text string) string {
	if !w.Colors || c == Plain || text == "" {
		return text
	}
	return "\x1b[" + strconv.Itoa(int(c)) + "m" + text + "\x1b[0m"
}

// Printable replaces what a terminal would interpret, apart from ends of
// lines. Keys, names and errors come from elsewhere and may hold anything.
func Printable(text string) string {
	clean := func(r rune) bool { return r == '\n' || (unicode.IsPrint(r) && r != unicode.ReplacementChar) }
	if strings.IndexFunc(text, func(r rune) bool { return !clean(r) }) < 0 {
		return text
	}
	var b strings.Builder
	for line := range strings.Lines(text) {
		body, end := strings.CutSuffix(line, "\n")
		quoted := strconv.Quote(body)
		// Quotes and backslashes are no danger.
		b.WriteString(strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(quoted[1 : len(quoted)-1]))
		if end {
			b.WriteByte('\n')
		}
	}
	return b.String()
}
