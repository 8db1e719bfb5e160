//go:build linux

package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/chromedp/chromedp"

	"github.com/lambda-benchmark/lambda-benchmark/internal/browsertest"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results/dynamo"
)

// without is the same machine, on which one of the measured cells cannot run. The
// function returned makes the table what it was.
func without(t *testing.T, m *machine, v matrix.Variant) (_ *machine, restore func()) {
	t.Helper()
	client := dynamodb.New(dynamodb.Options{
		Region: m.stack.Region, BaseEndpoint: aws.String(m.stack.EndpointURL),
		Credentials: credentials.NewStaticCredentialsProvider(m.operator.AccessKeyID, m.operator.SecretAccessKey, ""),
	})
	pk, sk := dynamo.FunctionKey(v.Name())
	key := map[string]types.AttributeValue{dynamo.PartitionKey: &types.AttributeValueMemberS{Value: pk}, dynamo.SortKey: &types.AttributeValueMemberS{Value: sk}}
	out, err := client.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: &m.stack.Table, Key: key, ReturnValues: types.ReturnValueAllOld})
	if err != nil || len(out.Attributes) == 0 {
		t.Fatalf("the table's entry of %s: %v, %v", v, out, err)
	}
	less := *m
	less.cells.benchmarked = slices.Clone(m.cells.benchmarked)
	for i := range less.cells.benchmarked {
		if c := &less.cells.benchmarked[i]; c.variant == v {
			c.skipped = leftOut
		}
	}
	less.stack.Functions = slices.Clone(m.stack.Functions)
	for i, fn := range less.stack.Functions {
		if fn.Variant == v {
			less.stack.Functions = slices.Delete(less.stack.Functions, i, i+1)
			break
		}
	}
	return &less, func() {
		if _, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &m.stack.Table, Item: out.Attributes}); err != nil {
			t.Fatal(err)
		}
	}
}

// dashboardShows looks at the runs in a browser, through the API: the cards, the switches,
// the history, the list, and what is saved and compared.
func dashboardShows(t *testing.T, runs []measurement) {
	b := browsertest.New(t)
	m := runs[0].machine
	const report = `document.querySelector("iframe").contentDocument`
	open := func(t *testing.T, s browsertest.Screen) *browsertest.Tab {
		t.Helper()
		tab := b.Open(t, m.statsURL+"/", s)
		enter := func(key string) { tab.Do(t, chromedp.SetValue("#key", key), chromedp.Click("#ask button")) }
		enter("not-the-key")
		tab.Until(t, `document.querySelector("#state").textContent.includes("not accepted")`)
		if tab.Forgive("403") == 0 {
			t.Error("the wrong key was not tried")
		}
		enter(m.apiKey)
		tab.Until(t, `document.querySelector("iframe")?.contentDocument?.querySelectorAll("article.card").length >= 4`)
		tab.Until(t, `document.querySelectorAll("figure").length === 2`)
		return tab
	}
	axe := func(t *testing.T, tab *browsertest.Tab) {
		t.Helper()
		for _, v := range tab.Axe(t) {
			t.Errorf("axe-core: %s (%s): %s: %q", v.ID, v.Impact, v.Help, v.Elements)
		}
		if wide := browsertest.Eval[int](t, tab, `document.documentElement.scrollWidth - innerWidth`); wide > 0 {
			t.Errorf("the page is %d px wider than the screen", wide)
		}
	}
	first, second, third := runs[0].record.id, runs[1].record.id, runs[2].record.id
	t.Run("wide", func(t *testing.T) {
		tab := open(t, browsertest.Wide)
		tab.Shoot(t, "local-dashboard-wide")
		if got := browsertest.Eval[string](t, tab, `document.querySelector("iframe").title`); got != "Report of run "+third {
			t.Errorf("the latest run is %q, want %s", got, third)
		}
		cards := browsertest.Eval[[]string](t, tab, `[...`+report+`.querySelectorAll("article.card")].slice(0, 4).map((e) => e.innerText)`)
		latest, err := results.Read(runs[2].record.dir.Path())
		if err != nil {
			t.Fatal(err)
		}
		modules := "esmodule"
		if !latest.LoadValid() { // this machine was too busy
			modules = "the load test is not valid"
		}
		for i, want := range []string{"only go was measured", "its own architecture only", "MB", modules} {
			if !strings.Contains(cards[i], want) {
				t.Errorf("card %d is %q, want it to mention %q", i, cards[i], want)
			}
		}
		if strings.Contains(cards[3], "by run") {
			t.Errorf("the modules are answered by another run: %q", cards[3])
		}
		// The cell that was left out of the second run has a gap there, the other one has none.
		gaps := browsertest.Eval[[]int](t, tab, `[...document.querySelectorAll("figure .median")].map((e) => e.getAttribute("d").split("M").length - 2)`)
		if !slices.Equal(gaps, []int{0, 1}) {
			t.Errorf("the lines have %v gaps, want none and one", gaps)
		}
		// Its two runs have no neighbours, and can be seen all the same.
		for _, mark := range []string{"median", "band"} {
			if wide := browsertest.Eval[float64](t, tab, `Math.min(...document.querySelectorAll("figure")[1].querySelector(".`+mark+`").getAttribute("d").split("M").slice(1).map((d) => { const e = document.createElementNS("http://www.w3.org/2000/svg", "path"); e.setAttribute("d", "M" + d); document.querySelectorAll("figure")[1].querySelector("svg").append(e); const w = e.getBBox().width; e.remove(); return w; }))`); wide < 4 {
				t.Errorf("a run without neighbours has a %s of width %.1f", mark, wide)
			}
		}
		if n := browsertest.Eval[int](t, tab, `document.querySelectorAll("figure .change").length`); n != 0 {
			t.Errorf("%d changes are marked, and nothing was changed", n)
		}
		for _, change := range [][2]string{{"temperature", "warm"}, {"workload", "sha256"}} {
			browsertest.Eval[bool](t, tab, fmt.Sprintf(`(() => { const e = document.querySelector("#%[1]s"); e.value = %[2]q; e.dispatchEvent(new Event("change", {bubbles: true})); return true; })()`, change[0], change[1]))
			tab.Until(t, `document.querySelector("#history-state").textContent.includes("3 runs") && document.querySelectorAll("figure").length === 2`)
		}
		tab.Until(t, `document.querySelector("#history-state").textContent.startsWith("duration of warm invocations")`)
		if got := browsertest.Eval[[]string](t, tab, `[...document.querySelectorAll("#runs tbody tr")].map((e) => e.dataset.run)`); !slices.Equal(got, []string{third, second, first}) {
			t.Errorf("the runs are %q, want the newest first", got)
		}
		browsertest.Eval[bool](t, tab, fmt.Sprintf(`(() => { for (const id of [%q, %q]) document.querySelector('#runs input[value="' + id + '"]').click(); document.querySelector("#compare").click(); return true; })()`, third, first))
		tab.Until(t, fmt.Sprintf(`document.querySelector("#comparison").textContent.startsWith(%q)`, third+" against "+first))
		axe(t, tab)
		// What is saved is what the run directory has.
		directory, err := results.Read(runs[1].record.dir.Path())
		if err != nil {
			t.Fatal(err)
		}
		browsertest.Eval[bool](t, tab, `(() => { const make = URL.createObjectURL; URL.createObjectURL = (blob) => { window.saved = blob; return make.call(URL, blob); }; return true; })()`)
		row := fmt.Sprintf(`[...document.querySelector('[data-run=%q]').querySelectorAll("button")]`, second)
		browsertest.Eval[bool](t, tab, row+`.find((e) => e.textContent === "Samples").click() ?? true`)
		tab.Until(t, `window.saved`)
		if n := browsertest.Eval[int](t, tab, `(async () => (await window.saved.text()).trim().split("\n").map((line) => JSON.parse(line)).length)()`); n != len(directory.Samples) {
			t.Errorf("%d samples are saved, and the run directory has %d", n, len(directory.Samples))
		}
		browsertest.Eval[bool](t, tab, `(() => { window.saved = undefined; return true; })()`)
		browsertest.Eval[bool](t, tab, row+`.find((e) => e.textContent === "Report").click() ?? true`)
		tab.Until(t, `window.saved`)
		for _, want := range []string{"<!doctype html", leftOut} {
			if !browsertest.Eval[bool](t, tab, fmt.Sprintf(`(async () => (await window.saved.text()).includes(%q))()`, want)) {
				t.Errorf("the report that is saved lacks %q", want)
			}
		}
		// The run with the cell that was left out says so.
		browsertest.Eval[bool](t, tab, row+`.find((e) => e.textContent === "Open").click() ?? true`)
		tab.Until(t, fmt.Sprintf(`document.querySelector("iframe")?.title === %q && %s?.body?.textContent.includes(%q)`, "Report of run "+second, report, leftOut))
	})
	for _, screen := range []struct {
		name string
		browsertest.Screen
	}{{"dark", browsertest.Dark}, {"phone", browsertest.Phone}} {
		t.Run(screen.name, func(t *testing.T) {
			tab := open(t, screen.Screen)
			tab.Shoot(t, "local-dashboard-"+screen.name)
			axe(t, tab)
		})
	}
}
