// Package report shows what was found: it renders a results.Run, reads nothing and
// judges nothing. It is the only place where verdicts, reasons and faults become
// English. A number that was not measured is a dash, never a zero.
//
// [Text] is plain ASCII and 80 to 100 columns wide. Where a table does not fit, names
// are shortened and columns left out, which a line below it names; a file or a pipe
// gets 100 columns. Words of verdicts are coloured where console.Terminal says so.
// [Ending] is a command's last lines. What comes from outside is shown with its
// control characters as codes, in every format. [HTML] is report.html: one file that
// needs no network, is readable in the dark and in the light, and whose charts are
// drawn by this package as SVG. [HGRM] is for the plotters of the HdrHistogram family.
//
// Text and page begin with what the run says in words. What the samples do not
// decide is said to be undecided.
package report
