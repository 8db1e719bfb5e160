package statsapi

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"net/http"
	"sync"
)

//go:embed page.html
var pageText string

//go:embed page.css
var pageStyle string

//go:embed page.js
var pageScript string

// page is the page with everything in it. It loads nothing, and its policy
// allows nothing but its own script, its own style and calls of this API.
var page = sync.OnceValue(func() (p struct {
	body        []byte
	tag, policy string
}) {
	var b bytes.Buffer
	err := template.Must(template.New("page").Parse(pageText)).Execute(&b, struct {
		Style  template.CSS
		Script template.JS
	}{template.CSS(pageStyle), template.JS(pageScript)})
	if err != nil { // the template and what is in it are compiled in
		panic(err)
	}
	p.body, p.tag = b.Bytes(), etag(b.Bytes())
	p.policy = "default-src 'none'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'" +
		"; style-src " + source(pageStyle) + "; script-src " + source(pageScript)
	return p
})

// source names a text that stands in the page by its hash.
func source(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

func servePage(w http.ResponseWriter, r *http.Request) error {
	p := page()
	w.Header().Set("Cache-Control", cachePage)
	w.Header().Set("Content-Security-Policy", p.policy)
	w.Header().Set("Referrer-Policy", "no-referrer")
	w.Header().Set("ETag", p.tag)
	if matches(r.Header.Get("If-None-Match"), p.tag) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	writeBody(w, r, http.StatusOK, "text/html; charset=utf-8", p.body)
	return nil
}
