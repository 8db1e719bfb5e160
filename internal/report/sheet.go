package report

import (
	"io"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/lambda-benchmark/lambda-benchmark/internal/console"
)

// sheet is a text that is being written for a terminal, a file or a pipe.
type sheet struct {
	strings.Builder
	terminal console.Terminal
}

// The columns of text: it is never wider than mostColumns, where lines are easy to
// read, and a terminal narrower than leastColumns is not written for.
const (
	mostColumns  = 100
	leastColumns = 80
)

// columns is how wide lines of text and tables are made.
func (s *sheet) columns() int {
	if s.terminal.Width == 0 {
		return mostColumns
	}
	return min(max(s.terminal.Width, leastColumns), mostColumns)
}

// Marks stand in the text for the beginnings and ends of styles, until it is
// printed. They are control characters, which no text from outside has any more.
const (
	markGood  = "\x01"
	markBad   = "\x02"
	markOpen  = "\x03"
	markPlain = "\x04"
)

// A verdict's words, and how each is marked.
var (
	verdictWords = regexp.MustCompile(`\b(?:NOT VALID|BREACHED|DOUBT|undecided|not decided|faster|slower|the same|not so|valid)\b`)
	marks        = map[string]string{"NOT VALID": markBad, "BREACHED": markBad, "DOUBT": markBad, "undecided": markOpen, "not decided": markOpen}
)

// emphasise marks the words of verdicts.
func emphasise(text string) string {
	return verdictWords.ReplaceAllStringFunc(text, func(word string) string {
		mark, ok := marks[word]
		if !ok {
			mark = markGood
		}
		return mark + word + markPlain
	})
}

// width is the number of columns that a text takes.
func width(text string) int {
	n := utf8.RuneCountInString(text)
	for _, r := range text {
		if isMark(r) {
			n--
		}
	}
	return n
}

func isMark(r rune) bool { return r >= 1 && r <= 4 }

// wrap breaks text between words, and within a word only if no line could hold
// it. The first line begins with first, the others with rest.
func (s *sheet) wrap(first, rest, text string) {
	line, empty := first, true
	flush := func() {
		s.WriteString(strings.TrimRight(line, " ") + "\n")
		line, empty = rest, true
	}
	for _, word := range words(text) {
		if !empty && width(line)+1+width(word) > s.columns() {
			flush()
		}
		if !empty {
			line += " "
		}
		for width(line)+width(word) > s.columns() {
			fit := 0 // bytes of the word
			for n := s.columns() - width(line); fit < len(word); {
				r, size := utf8.DecodeRuneInString(word[fit:])
				if !isMark(r) {
					if n == 0 {
						break
					}
					n--
				}
				fit += size
			}
			line, word = line+word[:fit], word[fit:]
			flush()
		}
		line, empty = line+word, false
	}
	flush()
}

// words are a text's, a unit together with its number.
func words(text string) []string {
	var all []string
	for field := range strings.FieldsSeq(text) {
		switch unit := strings.TrimRight(field, ",;:)"); {
		case len(all) > 0 && (unit == "%" || unit == "ms"):
			all[len(all)-1] += " " + field
		default:
			all = append(all, field)
		}
	}
	return all
}

// print writes the text without empty lines at its end.
func (s *sheet) print(w io.Writer) error {
	text := strings.TrimRight(s.String(), "\n") + "\n"
	replace := []string{markGood, "", markBad, "", markOpen, "", markPlain, ""}
	if s.terminal.Color {
		replace = []string{
			markGood, console.Good.Sequence(), markBad, console.Bad.Sequence(),
			markOpen, console.Open.Sequence(), markPlain, console.Plain.Sequence(),
		}
	}
	_, err := io.WriteString(w, strings.NewReplacer(replace...).Replace(text))
	return err
}
