// Package logs is CloudWatch Logs of this machine: what the functions and the
// platform log, in groups and streams, readable the way FilterLogEvents reads.
//
// The newest events are kept in memory, up to a bound for the whole store.
// With a directory, every stream is a file as well, one line per event in the
// order of arrival, and the files keep what the memory had to give up:
//
//	DIR/aws/lambda/hello/2026/11/25/[1]0f3e….log
//
// Appending never waits for a disk or for a reader: one goroutine writes the
// files behind the functions' backs, and a reader works on a snapshot. A disk
// that cannot keep up loses lines of files, never time of functions; how many
// is said by [Store.Close].
//
// Left out: retention (a run is shorter than a day), ingestion quotas, metric
// filters, Insights, and filter patterns of JSON and of space-delimited fields.
package logs
