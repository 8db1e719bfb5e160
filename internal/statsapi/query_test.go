package statsapi

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

func TestFilters(t *testing.T) {
	all := []string{
		"run-2.hello-go-arm64-1024.hello.0", "run-2.hello-nodejs22-arm64-512.hello.0", "run-2.hello-rust-x86-64-128.hello.0",
		"run-1.hello-nodejs22-arm64-512.hello.0", "run-1.hello-nodejs22-arm64-512.sha256.1000", "run-1.hello-rust-x86-64-128.hello.0",
	}
	pick := func(at ...int) (ids []string) {
		for _, i := range at {
			ids = append(ids, all[i])
		}
		return ids
	}
	for _, row := range []struct {
		name, query string
		want        []string
	}{
		{"none", "", pick(0, 1, 2, 3, 5)},
		{"every workload", everything, all},
		{"runtime", "runtime=nodejs22.x", pick(1, 3)},
		{"runtime is a language, as -only takes it", "runtime=go", pick(0)},
		{"runtime is another language", "runtime=rust", pick(2, 5)},
		{"a runtime that two languages share", "runtime=provided.al2023", pick(0, 2, 5)},
		{"either of two runtimes", "runtime=provided.al2023&runtime=nodejs22.x", pick(0, 1, 2, 3, 5)},
		{"a runtime of the catalogue that was never measured", "runtime=java21", nil},
		{"language", "language=rust", pick(2, 5)},
		{"a runtime and a language", "runtime=provided.al2023&language=rust", pick(2, 5)},
		{"a runtime and another language", "runtime=go&language=rust", nil},
		{"architecture", "architecture=x86_64", pick(2, 5)},
		{"memory", "memory=1024", pick(0)},
		{"either of two sizes", "memory=1024&memory=128", pick(0, 2, 5)},
		{"workload", "workload=sha256", pick(4)},
		{"filters narrow each other", everything + "&runtime=nodejs22.x", pick(1, 3, 4)},
		{"since, in Unix seconds", "since=1772625601", pick(0, 1, 2)}, // run-1 began half a second before
		{"since, in Unix seconds, earlier", "since=1772625600", pick(0, 1, 2, 3, 5)},
		{"since a moment", "since=2026-03-04T12:30:00Z", pick(0, 1, 2)},
		{"since a moment elsewhere", "since=2026-03-04T13:30:00%2B01:00", pick(0, 1, 2)},
		{"an offset's plus that was not escaped", "since=2026-03-04T13:30:00+01:00", pick(0, 1, 2)},
		{"since a day", "since=2026-03-04", pick(0, 1, 2, 3, 5)},
		{"since tomorrow", "since=2026-03-05", nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			got := answer[list[Item]](t, three(), "/v1/stats/?"+row.query)
			if ids := ids(got.Items); !slices.Equal(ids, row.want) || got.Total != len(row.want) || got.NextToken != "" {
				t.Errorf("total %d, items %v, token %q; want %v", got.Total, ids, got.NextToken, row.want)
			}
		})
	}
}

// everything asks for items of every workload.
const everything = "workload=hello&workload=sha256"

// A list reaches back 30 days unless since says otherwise, and so does its total.
func TestDefaultSince(t *testing.T) {
	shelf := &shelf{}
	for days := range 60 {
		shelf.add(fmt.Sprintf("run-%02d", days), noon.AddDate(0, 0, 2-days), both(node, hello)...)
	}
	for _, row := range []struct {
		target string
		want   int
	}{
		{"/v1/stats", 31}, {"/v1/stats?since=2026-01-01", 60}, {"/v1/stats?since=2026-03-05", 2},
		{"/v1/runs", 31}, {"/v1/runs?since=2026-01-01", 60},
	} {
		for _, limit := range []int{7, 1000} {
			target := fmt.Sprintf("%s?limit=%d", row.target, limit)
			if strings.Contains(row.target, "?") {
				target = fmt.Sprintf("%s&limit=%d", row.target, limit)
			}
			got := answer[list[json.RawMessage]](t, shelf, target)
			if got.Total != row.want || len(got.Items) != min(limit, row.want) {
				t.Errorf("GET %s: total %d and %d items, want a total of %d", target, got.Total, len(got.Items), row.want)
			}
		}
	}
}

func ids(items []Item) (all []string) {
	for _, i := range items {
		all = append(all, i.ID)
	}
	return all
}

func TestBadParameters(t *testing.T) {
	token := answer[list[Item]](t, three(), "/v1/stats?limit=1").NextToken
	for _, row := range []struct{ name, target, parameter, want string }{
		{"a slip of the pen", "/v1/stats?runtim=nodejs22.x", "runtim", "there are runtime, language"},
		{"empty", "/v1/stats?runtime=", "runtime", "nodejs22.x"},
		{"one of two is empty", "/v1/stats?runtime=go&runtime=", "runtime", "nodejs22.x"},
		{"a runtime with a key's separator", "/v1/stats?runtime=a%23b", "runtime", `"a#b"`},
		{"language", "/v1/stats?language=C%23", "language", `"C#"`},
		{"an unknown runtime", "/v1/stats?runtime=nodejs23.x", "runtime", "choose from dotnet, dotnet8, go, java, java21, nodejs, nodejs18.x, nodejs22.x, provided.al2023, python, python3.11, rust"},
		{"one of two runtimes is unknown", "/v1/stats?runtime=go&runtime=golang", "runtime", "golang"},
		{"an unknown language", "/v1/stats?language=cobol", "language", "choose from dotnet, go, java, nodejs, python, rust"},
		{"an unknown memory size", "/v1/stats?memory=521", "memory", "choose from 128, 512, 1024"},
		{"architecture", "/v1/stats?architecture=arm", "architecture", "neither arm64 nor x86_64"},
		{"memory is no number", "/v1/stats?memory=512MB", "memory", "512MB"},
		{"too little memory", "/v1/stats?memory=64", "memory", "from 128"},
		{"too much memory", "/v1/stats?memory=10241", "memory", "to 10240"},
		{"workload", "/v1/stats?workload=sort", "workload", "neither hello nor sha256"},
		{"since is no time", "/v1/stats?since=yesterday", "since", "Unix seconds"},
		{"since is negative", "/v1/stats?since=-1", "since", `"-1"`},
		{"since is in milliseconds", "/v1/stats?since=1772625601000000", "since", "Unix seconds"},
		{"since twice", "/v1/stats?since=1&since=2", "since", "2 times"},
		{"limit zero", "/v1/stats?limit=0", "limit", "from 1 to 1000"},
		{"limit too large", "/v1/stats?limit=1001", "limit", "from 1 to 1000"},
		{"limit is no number", "/v1/stats?limit=all", "limit", `"all"`},
		{"a token that is empty", "/v1/stats?nextToken=", "nextToken", "no answer had"},
		{"a token that is no base64", "/v1/stats?nextToken=%25", "nextToken", "no answer had"},
		{"a token that was cut", "/v1/stats?nextToken=" + token[:len(token)-4], "nextToken", "no answer had"},
		{"a token that is very long", "/v1/stats?nextToken=" + strings.Repeat("A", 4000), "nextToken", "no answer had"},
		{"a token of other filters", "/v1/stats?workload=sha256&nextToken=" + token, "nextToken", "other filters"},
		{"a filter of stats for runs", "/v1/runs?runtime=nodejs22.x", "runtime", "there are since, limit, nextToken"},
		{"a token of stats for runs", "/v1/runs?nextToken=" + token, "nextToken", "other filters"},
		{"a token of another list for one run", "/v1/runs/run-1?nextToken=" + token, "nextToken", "other filters"},
		{"a format that is none", "/v1/runs/run-1?format=pdf", "format", "none of json, html and text"},
		{"another run without the format", "/v1/runs/run-1?against=run-2", "against", "format=text"},
		{"a filter for one run", "/v1/runs/run-1?since=1", "since", "there are format, against, limit, nextToken"},
	} {
		t.Run(row.name, func(t *testing.T) {
			checkError(t, get(t, three(), row.target), 400, row.parameter, row.want)
		})
	}
}

// A value of earlier runs stays known after its functions were deleted.
func TestAValueOfEarlierRunsIsKnown(t *testing.T) {
	earlier := three()
	earlier.functions = nil
	if got := answer[list[Item]](t, earlier, "/v1/stats?memory=1024"); got.Total != 1 {
		t.Errorf("total %d, want the item of run-2", got.Total)
	}
	checkError(t, get(t, &shelf{}, "/v1/stats?memory=1024"), 400, "memory", "there is none yet")
}

// A runtime is known by the label that people call it by.
func TestALabelOfARuntimeIsKnown(t *testing.T) {
	compiled := three()
	compiled.functions = append(compiled.functions, deployed.Function{Variant: matrix.Variant{Language: "dotnet", Runtime: "provided.al2023", MemoryMB: 512}})
	if got := answer[list[Item]](t, compiled, "/v1/stats?runtime=dotnet-aot"); got.Total != 0 {
		t.Errorf("total %d, want none of those that were measured", got.Total)
	}
	checkError(t, get(t, three(), "/v1/stats?runtime=dotnet-aot"), 400, "runtime", "nothing was measured with")
}

// SnapStart is a word of the parameter runtime, and a field of the items.
func TestSnapStartIsTold(t *testing.T) {
	restored := three()
	restored.functions = append(restored.functions, deployed.Function{Variant: matrix.Variant{Language: "java", Runtime: "java21", MemoryMB: 512, SnapStart: true}})
	if got := answer[list[Item]](t, restored, "/v1/stats?runtime=snapstart"); got.Total != 0 {
		t.Errorf("total %d, want none of those that were measured", got.Total)
	}
	checkError(t, get(t, three(), "/v1/stats?runtime=snapstart"), 400, "runtime", "nothing was measured with")

	v := matrix.Variant{Function: "hello", Language: "java", Runtime: "java21", MemoryMB: 512}
	plain := results.SeriesRecord{Run: "run", Series: results.Series{Variant: v, Temperature: results.Cold}}
	snap := plain
	snap.Series.Variant.SnapStart = true
	all := items([]results.SeriesRecord{plain, snap})
	if len(all) != 2 || all[0].SnapStart || !all[1].SnapStart || all[0].ID == all[1].ID {
		t.Errorf("items are %+v, want two that are told apart", all)
	}
}

func FuzzParseQuery(f *testing.F) {
	for _, seed := range []string{"", "runtime=nodejs22.x&memory=512", "since=2026-03-04&limit=3", "nextToken=eyJuIjoxfQ", "since=1e9", "%zz"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		values, err := url.ParseQuery(text)
		if err != nil {
			return
		}
		q, err := parseQuery(values, statsParameters, "stats")
		if err != nil {
			if e, ok := err.(*failure); !ok || e.status != 400 || !values.Has(e.parameter) {
				t.Errorf("%q: error %v names no parameter", text, err)
			}
			return
		}
		if q.limit < 1 || q.limit > maxLimit || !q.since.IsZero() && q.since.Before(time.Unix(0, 0)) {
			t.Errorf("%q: limit %d, since %v", text, q.limit, q.since)
		}
		// A position survives its token, and the token belongs to this query.
		want := position{Started: noon, Run: "r", After: &cell{node, hash}}
		token, err := want.token(q.fingerprint("stats"))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := parseToken(token, q.fingerprint("stats")); err != nil || !got.Started.Equal(want.Started) || got.Run != want.Run || *got.After != *want.After {
			t.Errorf("position %v, %v, want %v", got, err, want)
		}
	})
}

func FuzzParseToken(f *testing.F) {
	token, err := position{Started: noon, Run: "run-1", After: &cell{node, hello}}.token("")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(token)
	f.Add("bnVsbA")
	f.Add("eyJuIjoxLCJzIjoiOTk5OTk5LTAxLTAxVDAwOjAwOjAwWiJ9")
	f.Fuzz(func(t *testing.T, text string) {
		at, err := parseToken(text, "")
		if err != nil {
			return
		}
		if _, err := at.token(""); err != nil { // what is read can be answered with again
			t.Errorf("%q: %v", text, err)
		}
	})
}
