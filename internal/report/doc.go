// Package report shows what was found, and finds nothing itself: every number in
// it comes from a results.Summary, a results.Load, or the files of a run
// directory. A number that was not measured is a dash, never a zero.
//
// [Text] is for a terminal: 100 columns, plain ASCII, the same when piped.
// [LoadText] is its part about a load test, and stands alone. [JSON] is what the
// types of package results say. [Page] is report.html: one file that needs no
// network, is readable in the dark and in the light, and whose charts are drawn
// by this package as SVG. The .hgrm format is package latency's
// (Histogram.WritePercentiles).
//
// Text and page begin with what the run says in words. What the samples do not
// decide is said to be undecided.
package report
