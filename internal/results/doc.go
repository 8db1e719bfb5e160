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
// A run is written into a directory ([Dir]) such that a kill at any moment
// leaves something readable: samples.jsonl grows by one write a line, every other
// file is written aside and renamed. [ReadDir] reads it back. [Store] is the same
// for many runs, in memory ([Memory]), in a directory ([Directory]), or elsewhere:
// package storetest holds an implementation to the interface's promises.
//
// How samples are taken is package bench's business, what a difference is worth
// is package verdict's, and how it all looks is package report's.
package results
