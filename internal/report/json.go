package report

import (
	"encoding/json"
	"io"
)

// JSON writes v indented, as the files of a run directory are.
func JSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}
