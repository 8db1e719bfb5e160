// Package results is what a run leaves behind, and the only place that gives
// numbers their meaning.
//
// A [Sample] is one invocation seen from both sides: the client's clock, and the
// record that the platform wrote. [Sample.Temperature] is the only classifier of
// cold and warm; [Metrics] is the only table of what is measured, and the
// summary, the report and the API all iterate it. What a runtime counts by
// itself (heap, collections, ...) is summarised beside them, by its own names.
// [Summarise] condenses samples to percentiles that are order statistics: values
// that were really measured.
//
// A [Load] is one load test: a [Target] for each URL, with its counts, and with its
// clocks as histograms and percentiles. Package loadgen/attack fills it, package
// threshold judges conditions by it, and nothing is copied out of it.
//
// A [Run] is all of one run: its [Manifest], the cells, the load test, the samples.
// It is written into a directory ([Dir]) such that a kill at any moment leaves
// something readable: samples.jsonl and the .hlog files grow by whole lines, every
// other file is written aside and renamed. [Read] reads it back, finished or not.
// Many runs are kept by package dynamo.
//
// How samples are taken is package bench's business, what a difference is worth
// is package verdict's, and how it all looks is package report's.
package results
