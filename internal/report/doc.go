// Package report shows what was found: it renders a results.Run, reads nothing and
// judges nothing. It is the only place where verdicts, reasons and faults become
// English. A number that was not measured is a dash, never a zero.
//
// [Text] is for a terminal: 100 columns, plain ASCII, the same when piped. [JSON]
// is what the types of package results say. [HTML] is report.html: one file that
// needs no network, is readable in the dark and in the light, and whose charts are
// drawn by this package as SVG. [HGRM] is for the plotters of the HdrHistogram family.
//
// Text and page begin with what the run says in words. What the samples do not
// decide is said to be undecided.
package report
