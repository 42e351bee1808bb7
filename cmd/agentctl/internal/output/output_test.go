// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package output

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestAge(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Second:                         "0s",
		0:                                    "0s",
		4*time.Second + 900*time.Millisecond: "4s",
		5*time.Minute + 3*time.Second:        "5m3s",
		time.Hour:                            "1h",
		2*time.Hour + 5*time.Minute + 59*time.Second: "2h5m",
		76*time.Hour + time.Minute:                   "3d4h",
	} {
		if got := Age(d); got != want {
			t.Errorf("%v: %s, not %s", d, got, want)
		}
	}
}

func TestPrintable(t *testing.T) {
	for text, want := range map[string]string{
		"plain \"quoted\" \\ text\n": "plain \"quoted\" \\ text\n",
		"a\x1b[2Jb":                  `a\x1b[2Jb`,
		"a\tb\r\nc":                  "a\\tb\\r\nc",
		"\xff":                       `\xff`,
		"ünï · 日本":                   "ünï · 日本",
		"":                           "",
	} {
		if got := Printable(text); got != want {
			t.Errorf("%q: %q, not %q", text, got, want)
		}
	}
}

func FuzzPrintable(f *testing.F) {
	f.Add("a\x1b[2J\nb")
	f.Fuzz(func(t *testing.T, text string) {
		got := Printable(text)
		if !utf8.ValidString(got) {
			t.Errorf("%q is not UTF-8", got)
		}
		for _, r := range got {
			if r < ' ' && r != '\n' || r == 0x7f || r >= 0x80 && r < 0xa0 {
				t.Errorf("%q has %q", got, r)
			}
		}
	})
}

func TestWrap(t *testing.T) {
	for _, tc := range []struct {
		text  string
		width int
		want  string
	}{
		{"short", 10, "short"},
		{"one two three", 8, "one two|three"},
		{"linux/interface/host-name", 12, "linux/|interface/|host-name"},
		{"abcdefghij", 4, "abcd|efgh|ij"},
		{"lnk CONFIGURED", 10, "lnk|CONFIGURED"},
		{"  abcdefghij", 6, "  abcd|efghij"},
		{"a\nbcdef", 3, "a|bcd|ef"},
		{"日本日本", 5, "日本|日本"},
		{"日", 1, "日"},
		{"", 3, ""},
	} {
		if got := strings.Join(wrap(tc.text, tc.width), "|"); got != tc.want {
			t.Errorf("%q at %d: %q, not %q", tc.text, tc.width, got, tc.want)
		}
	}
}

// FuzzTable wants every line of a table to fit, and nothing to be lost.
func FuzzTable(f *testing.F) {
	f.Add("config/linux/interfaces/v2/interface/uplink", "host-interface-exists, outgoing-interface-is-up", uint8(60), true)
	f.Fuzz(func(t *testing.T, a, b string, width uint8, boxed bool) {
		var buf bytes.Buffer
		tab := Table{Head: []string{"KEY", "STATE"}, Boxed: boxed, Merge: []int{0}}
		tab.Row(Text("%s", a), Text("%s", b))
		tab.Row(Text("%s", a), Text("%s", b))
		if err := tab.Write(&Writer{Writer: &buf, Width: int(width)}); err != nil {
			t.Fatal(err)
		}
	})
}

func TestFormats(t *testing.T) {
	raw := json.RawMessage(`{"z":1,"a":["x","1",12345678901234567890,true,null,{}],"time":"2026-11-23T18:59:19Z","html":"<a&b>"}`)
	for _, tc := range []struct{ format, want string }{
		{"json", "{\n  \"z\": 1,\n  \"a\": [\n    \"x\",\n    \"1\",\n    12345678901234567890,\n    true,\n    null,\n    {}\n  ],\n  \"time\": \"2026-11-23T18:59:19Z\",\n  \"html\": \"<a&b>\"\n}\n"},
		{"JSON", ""},
		{"yaml", "z: 1\na:\n- x\n- \"1\"\n- 12345678901234567890\n- true\n- null\n- {}\ntime: \"2026-11-23T18:59:19Z\"\nhtml: <a&b>\n"},
		{"{{len .}}", "100\n"},
	} {
		var buf bytes.Buffer
		if err := Write(&Writer{Writer: &buf}, tc.format, raw); err != nil {
			t.Errorf("%s: %v", tc.format, err)
		}
		if tc.want != "" && buf.String() != tc.want {
			t.Errorf("%s: %q, not %q", tc.format, buf.String(), tc.want)
		}
	}
	var buf bytes.Buffer
	value := map[string]any{"list": []string{"a", "b"}}
	if err := Write(&Writer{Writer: &buf}, `{{join .list ","}} {{json .list}} {{yaml .list}}{{upper "x"}}{{lower "Y"}}`, value); err != nil || buf.String() != "a,b [\"a\",\"b\"] - a\n- b\nXy\n" {
		t.Errorf("%q, %v", buf.String(), err)
	}
	for _, format := range []string{"xml", "{{", "{{.x.y.z}}{{nosuch}}", "{{index .list 7}}"} {
		buf.Reset()
		if err := Write(&Writer{Writer: &buf}, format, value); err == nil || buf.Len() > 0 {
			t.Errorf("%s: %v, %q", format, err, buf.String())
		}
	}
}

func TestNotATerminal(t *testing.T) {
	f, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w := NewWriter(f, func(string) string { return "" })
	if w.Terminal || w.Colors || w.Width != 0 {
		t.Errorf("%+v", w)
	}
	if got := w.Paint(Bad, "x"); got != "x" {
		t.Errorf("%q", got)
	}
	Progress(w, "nothing")()
}

// TestProgress shows after a while, and cleans up.
func TestProgress(t *testing.T) {
	pr, pw, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	done := Progress(&Writer{Writer: pw, Terminal: true}, "waiting")
	buf := make([]byte, 100)
	n, err := pr.Read(buf)
	if err != nil || !strings.Contains(string(buf[:n]), "waiting") {
		t.Errorf("%q, %v", buf[:n], err)
	}
	done()
	done()
	pw.Close()
}
