package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	awsdynamodb "github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/lambda-benchmark/lambda-benchmark/internal/console"
	"github.com/lambda-benchmark/lambda-benchmark/local/deploy"
	"github.com/lambda-benchmark/lambda-benchmark/local/dynamodb"
)

// A history file that cannot be read does not end the run, and is not lost.
func TestUnreadableHistory(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: may fetch dynoxide")
	}
	tables := []deploy.Table{{Table: dynamodb.Table{
		Name: "results", HashKey: "pk", RangeKey: "sk", TTL: "expires",
		Indexes: []dynamodb.Index{{Name: "gsi1", HashKey: "gsi1pk", RangeKey: "gsi1sk"}},
	}}}
	start := func(t *testing.T, file string) (said string) {
		t.Helper()
		var text bytes.Buffer
		m := &machine{}
		defer func() {
			if err := m.Close(); err != nil {
				t.Error(err)
			}
		}()
		server, err := m.startDatabase(t.Context(), tables, databaseOptions{
			cache: filepath.Join("..", ".build", "runtimes"), history: file, console: console.New(&text),
		})
		if err != nil {
			t.Fatal(err)
		}
		if server.Name != "dynoxide" {
			t.Skipf("SKIPPED, NOT TESTED: %s keeps no file", server.Name)
		}
		list, err := server.Client().ListTables(t.Context(), &awsdynamodb.ListTablesInput{})
		if err != nil || len(list.TableNames) != 1 {
			t.Errorf("tables %v, error %v, want one", list, err)
		}
		return text.String()
	}
	for _, row := range []struct {
		name  string
		spoil func(good []byte) []byte
		aside bool
	}{
		{"untouched", func(good []byte) []byte { return good }, false},
		{"empty", func([]byte) []byte { return nil }, false},
		{"a text", func([]byte) []byte { return []byte("notes of last week, which belong somewhere else") }, true},
		{"a page of zeros for a header", func(good []byte) []byte { return append(make([]byte, 4096), good[4096:]...) }, true},
		{"noise after the header", func(good []byte) []byte {
			return append(bytes.Clone(good[:100]), bytes.Repeat([]byte{0xa5}, len(good)-100)...)
		}, true},
		{"cut short", func(good []byte) []byte { return good[:4096] }, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "history.sqlite")
			start(t, file)
			good, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			spoilt := row.spoil(good)
			if err := os.WriteFile(file, spoilt, 0o666); err != nil {
				t.Fatal(err)
			}
			said := start(t, file)
			aside, err := filepath.Glob(file + ".unreadable-*")
			if err != nil {
				t.Fatal(err)
			}
			if !row.aside {
				if len(aside) > 0 || said != "" {
					t.Errorf("set aside: %q, said %q", aside, said)
				}
				return
			}
			if len(aside) != 1 {
				t.Fatalf("set aside: %q, want one file", aside)
			}
			if kept, err := os.ReadFile(aside[0]); err != nil || !bytes.Equal(kept, spoilt) {
				t.Errorf("the file was changed before it was set aside (%d bytes of %d, error %v)", len(kept), len(spoilt), err)
			}
			for _, want := range []string{file, aside[0]} {
				if !strings.Contains(said, want) {
					t.Errorf("said %q, want it to name %s", said, want)
				}
			}
		})
	}
}
