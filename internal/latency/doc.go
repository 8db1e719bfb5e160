// Package latency keeps durations in HDR histograms of one fixed geometry:
// nanoseconds, from 1 µs to 5 minutes, three significant digits. So any two of
// them can be merged, a value read back is at most 0.1 % (or half a microsecond)
// off, and a histogram takes the same 160 kB after an hour as after a second.
//
// A [Histogram] is what package loadgen/attack fills, what package verdict
// judges (it has N and AtRank), and what [LogWriter] appends to an .hlog file,
// in the format that the tools of the HdrHistogram family read. A [Timing] is one
// clock of a group of requests: the answers' histogram, that of the requests
// without an answer, and the [Percentiles] of both together.
//
// What a duration means (latency, service time, slip) is not known here.
package latency
