package report

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/answer"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/latency"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

var (
	//go:embed page.html
	pageHTML string
	//go:embed page.css
	pageCSS string
	//go:embed page.js
	pageJS string
)

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{
	"ms": optional, "whole": whole, "median": median, "placeRange": placeRange, "p90": p90, "memory": memory, "grouped": grouped,
	"interval": interval, "needs": htmlNeeds, "bound": htmlBound,
	// A unit stays with its number.
	"unbroken": strings.NewReplacer(" ms", "\u00a0ms", " %", "\u00a0%").Replace,
}).Parse(pageHTML))

// htmlBound and htmlNeeds are cells as in the text, with the sign that a page can show.
func htmlBound(p latency.Percentiles, name string, v *float64) string { return sign(bound(p, name, v)) }
func htmlNeeds(p latency.Percentiles) string                          { return sign(needs(p)) }

func sign(cell string) string { return strings.Replace(cell, atLeast, "\u2265\u202f", 1) }

// page is what the template shows.
type page struct {
	Policy string
	Style  template.CSS
	Script template.JS

	Header header
	Says   string
	Local  bool
	Notes  []string
	// AA is the run's A/A test in words.
	AA    []string
	Gates []chip
	// Against are findings that speak against the answers.
	Against   []finding
	Workloads []workload
	Has       charts
	// ArchitectureKey names the lines of the memory charts.
	ArchitectureKey template.HTML
	// Missing say why a chart is not drawn.
	Missing []string
	// Snapshots are what cells with SnapStart were restored from.
	Snapshots []string
	Load      *loadView
	Cells     []cellTable
	Costs     []costTable
	Ticks     string
	Others    []other
	Doubts    []string
	Run       reproduction
}

// workload is what is shown of one workload; one of several is chosen by a switch.
type workload struct {
	Index int
	Name  string
	Cards []card
	// Notes say how the answers were decided, and by which prices.
	Notes     []string
	Tradeoff  *tradeoff
	Matrix    []matrixPanel
	Memory    []template.HTML
	Upgrades  *upgradeTable
	Ratios    *stripTable
	Anatomies []anatomy
}

// charts say which charts any workload has.
type charts struct{ Tradeoff, Matrix, Upgrades, Memory, Ratios, Anatomy bool }

func (c *charts) add(w workload) {
	c.Tradeoff = c.Tradeoff || w.Tradeoff != nil
	c.Matrix = c.Matrix || len(w.Matrix) > 0
	c.Upgrades = c.Upgrades || w.Upgrades != nil
	c.Memory = c.Memory || len(w.Memory) > 0
	c.Ratios = c.Ratios || w.Ratios != nil
	c.Anatomy = c.Anatomy || len(w.Anatomies) > 0
}

// MiddleAnatomy is the index of the memory size that is shown first.
func (p page) MiddleAnatomy() int { return len(p.Workloads[0].Anatomies) / 2 }

// policy lets the page use its own style and script, and nothing else.
func policy(style, script string) string {
	hash := func(text string) string {
		sum := sha256.Sum256([]byte(text))
		return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	return "default-src 'none'; style-src " + hash(style) + "; script-src " + hash(script) + "; img-src data:; base-uri 'none'; form-action 'none'"
}

// other is a cell without times.
type other struct{ Name, Architectures, Status, Reason string }

// HTML writes report.html: one file that needs nothing from elsewhere, and no script
// to be read. What a run does not have is not drawn.
func HTML(w io.Writer, r results.Run) error {
	if err := pageTemplate.Execute(w, newPage(cleaned(r))); err != nil {
		return fmt.Errorf("write the report as HTML: %w", err)
	}
	return nil
}

func newPage(r results.Run) page {
	p := page{
		Policy: policy(pageCSS, pageJS), Style: template.CSS(pageCSS), Script: template.JS(pageJS),
		Header: newHeader(r), Says: findingsTitle(r.Manifest), Local: r.Platform() == deployed.Local, Notes: notes(r), Gates: gates(r),
		Ticks: capital(ticksNote(r.Variants)), Doubts: doubts(r.Variants), Run: newReproduction(r.Manifest),
		Snapshots: snapshotLines(r.Variants),
	}
	for _, f := range findings(r) {
		if f.Doubt {
			p.Against = append(p.Against, f)
		}
	}
	p.AA = aaLines(r)
	if doubt := aaDoubt(r); doubt != "" {
		p.Notes = append(p.Notes, doubt)
	}
	if r.Manifest.Interrupted {
		p.Notes = append(p.Notes, interruptedNote)
	}
	if o := r.OthersCPU; o != nil {
		p.Run.Facts = append(p.Run.Facts, [2]string{"processors", OthersCPUText(*o)})
	}
	values := r.Values()
	boards := boards(r)
	for i, b := range boards {
		w := newWorkload(i, b)
		p.Has.add(w)
		p.Workloads = append(p.Workloads, w)
		p.Cells = append(p.Cells, newCellTable(b, values))
		if t := newCostTable(b); t != nil {
			p.Costs = append(p.Costs, *t)
		}
	}
	if len(boards) > 0 {
		p.Missing = missing(boards[0], p.Workloads[0])
		p.ArchitectureKey = architectureKey(boards[0])
	}
	for _, u := range unmeasured(r.Variants) {
		p.Others = append(p.Others, other{listed(u.names), u.architectures, string(u.status), u.text})
	}
	if r.Load != nil && len(r.Load.Targets) > 0 {
		p.Load = newLoadView(*r.Load)
		if r.LoadOnly() {
			p.Load.Cards = cards(answer.All(r)[0], true)
		}
	}
	return p
}

// boards are those of every workload, the one that decides first.
func boards(r results.Run) []board {
	if len(answer.Workloads(r)) == 0 {
		return nil
	}
	var all []board
	for _, a := range answer.All(r) {
		all = append(all, newBoard(r, a))
	}
	return all
}

func newWorkload(i int, b board) workload {
	id := fmt.Sprintf("w%d", i)
	w := workload{
		Index: i, Name: b.event.String(), Cards: cards(b.answers, false), Notes: decidedBy(b.answers),
		Tradeoff: newTradeoff(id+"-tradeoff", b), Matrix: newMatrix(b), Memory: memoryCharts(id+"-memory", b),
		Upgrades: newUpgrades(b), Ratios: newRatios(b), Anatomies: newAnatomies(b),
	}
	if p := b.answers.Pricing; p != nil {
		w.Notes = append(w.Notes, pricesNote(*p))
	}
	return w
}

// missing says why charts are not drawn, each reason once.
func missing(b board, w workload) []string {
	var all []string
	switch {
	case w.Tradeoff != nil:
	case b.answers.Pricing == nil && len(b.answers.Billed) > 0:
		all = append(all, "speed against cost, since "+noPrices(b.answers))
	case b.answers.Pricing == nil:
		all = append(all, "speed against cost, since nothing was billed")
	default:
		all = append(all, "speed against cost, since it takes two cells with cold and warm times")
	}
	if sizes := b.memorySizes(); len(w.Memory) == 0 && len(sizes) > 0 {
		all = append(all, fmt.Sprintf("memory sizes, since every cell has %d MB", sizes[0]))
	}
	if in := b.architectures(); w.Ratios == nil && len(in) == 1 {
		all = append(all, fmt.Sprintf("the ratio of architectures, since only %s was measured", in[0]))
	} else if w.Ratios == nil {
		all = append(all, fmt.Sprintf("the ratio of architectures, since no pair of %s and %s has the samples for one", functions.ARM64, functions.X8664))
	}
	if len(w.Anatomies) == 0 {
		all = append(all, "the anatomy of cold starts, since none was measured")
	}
	return all
}
