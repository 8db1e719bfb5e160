package statsapi

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html"
	"html/template"
	"net/http"
	"regexp"
	"sync"

	"github.com/lambda-benchmark/lambda-benchmark/internal/report"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

//go:embed page.html
var pageText string

//go:embed page.css
var pageStyle string

//go:embed page.js
var pageScript string

// page is the dashboard with everything in it. It loads nothing. Its policy allows
// nothing but its own script and style, calls of this API, and the style and script of a
// run's report: the frame that shows one is bound by the policy of the page around it.
var page = sync.OnceValue(func() (p struct {
	body   []byte
	policy string
}) {
	var b bytes.Buffer
	err := template.Must(template.New("page").Parse(pageText)).Execute(&b, struct {
		Style   template.CSS
		Script  template.JS
		Metrics []results.Metric
	}{template.CSS(pageStyle), template.JS(pageScript), results.Metrics()})
	if err != nil { // the template and what is in it are compiled in
		panic(err)
	}
	p.body = b.Bytes()
	r := reportPolicy()
	p.policy = "default-src 'none'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'" +
		"; style-src " + source(pageStyle) + " " + r.style + "; script-src " + source(pageScript) + " " + r.script
	return p
})

// reportPolicy is what a run's report says that it needs, which is the same of every run.
var reportPolicy = sync.OnceValue(func() (p struct{ policy, style, script string }) {
	var b bytes.Buffer
	if err := report.HTML(&b, results.Run{}); err != nil { // it is compiled in
		panic(err)
	}
	find := func(pattern, text string) string {
		if found := regexp.MustCompile(pattern).FindStringSubmatch(text); found != nil {
			return html.UnescapeString(found[1])
		}
		return "'none'"
	}
	p.policy = find(`http-equiv="Content-Security-Policy" content="([^"]*)"`, b.String())
	p.style, p.script = find(`style-src ([^;]*)`, p.policy), find(`script-src ([^;]*)`, p.policy)
	return p
})

// source names a text that stands in the page by its hash.
func source(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

func servePage(w http.ResponseWriter, r *http.Request) error {
	p := page()
	w.Header().Set("Content-Security-Policy", p.policy)
	w.Header().Set("Referrer-Policy", "no-referrer")
	return writeTagged(w, r, "text/html; charset=utf-8", cachePage, p.body)
}
