// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package output

import (
	"fmt"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// Cell is a cell of a table; it may have several lines.
type Cell struct {
	Text  string
	Color Color
}

// Text returns a cell without colour.
func Text(format string, args ...any) Cell { return Cell{Text: fmt.Sprintf(format, args...)} }

// Table is a table with a head. Every row has as many cells as the head.
type Table struct {
	Head []string
	Rows [][]Cell
	// Boxed draws lines between cells and joins equal ones that are one
	// above the other in the columns named by Merge.
	Boxed bool
	Merge []int
}

// Row adds a row.
func (t *Table) Row(cells ...Cell) { t.Rows = append(t.Rows, cells) }

// Write writes the table. If the writer has a width, the widest columns are
// wrapped so that it fits.
func (t *Table) Write(w *Writer) error {
	widths := t.widths(w.Width)
	tw := table.NewWriter()
	style := table.StyleDefault
	// The head is written as it is given.
	style.Format.Header = text.FormatDefault
	style.Options.SeparateRows = t.Boxed
	if !t.Boxed {
		style.Options = table.OptionsNoBordersAndSeparators
		style.Box.PaddingLeft, style.Box.PaddingRight = "", strings.Repeat(" ", gap)
		tw.SuppressTrailingSpaces()
	}
	tw.SetStyle(style)
	configs := make([]table.ColumnConfig, len(t.Head))
	head := make(table.Row, len(t.Head))
	for i, name := range t.Head {
		configs[i].Number = i + 1
		head[i] = name
	}
	for _, i := range t.Merge {
		configs[i].AutoMerge = true
	}
	tw.SetColumnConfigs(configs)
	tw.AppendHeader(head)
	for _, row := range t.Rows {
		cells := make(table.Row, len(row))
		for i, cell := range row {
			lines := wrap(Printable(cell.Text), widths[i])
			for n := range lines {
				lines[n] = w.Paint(cell.Color, lines[n])
			}
			cells[i] = strings.Join(lines, "\n")
		}
		tw.AppendRow(cells)
	}
	if _, err := fmt.Fprintln(w, strings.TrimRight(tw.Render(), "\n")); err != nil {
		return fmt.Errorf("write the table: %w", err)
	}
	return nil
}

const (
	gap      = 3 // between columns without lines
	minWidth = 8 // a column is not made narrower
)

// widths returns how wide each column may be for the table to fit.
func (t *Table) widths(limit int) []int {
	widths := make([]int, len(t.Head))
	for i, name := range t.Head {
		widths[i] = text.StringWidth(name)
		for _, row := range t.Rows {
			for line := range strings.Lines(Printable(row[i].Text)) {
				widths[i] = max(widths[i], text.StringWidth(strings.TrimSuffix(line, "\n")))
			}
		}
	}
	if limit <= 0 {
		return widths
	}
	total := gap * (len(widths) - 1)
	if t.Boxed {
		total = 3*len(widths) + 1
	}
	for _, width := range widths {
		total += width
	}
	for ; total > limit; total-- {
		widest := 0
		for i := range widths {
			if widths[i] > widths[widest] {
				widest = i
			}
		}
		if widths[widest] <= minWidth {
			break
		}
		widths[widest]--
	}
	return widths
}

// wrap breaks the lines of a text that are longer than width, after a space or
// a mark between parts of a name if there is one in the second half of the
// line, else after a space.
func wrap(s string, width int) []string {
	var lines []string
	for _, line := range strings.Split(s, "\n") {
		for text.StringWidth(line) > width {
			end := cut(line, width)
			if end == len(line) {
				break
			}
			if at := strings.LastIndexAny(line[:end], " ,/.-_"); at+1 >= end/2 {
				end = at + 1
			} else if at := strings.LastIndexByte(line[:end], ' '); strings.TrimSpace(line[:at+1]) != "" {
				end = at + 1
			}
			lines = append(lines, strings.TrimRight(line[:end], " "))
			line = line[end:]
		}
		lines = append(lines, line)
	}
	return lines
}

// cut returns where the part of the line ends that is at most width wide, and
// not nothing.
func cut(line string, width int) int {
	used := 0
	for i, r := range line {
		if used += text.RuneWidth(r); used > width && i > 0 {
			return i
		}
	}
	return len(line)
}
