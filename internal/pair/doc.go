// Package pair puts two run directories side by side: first what was not the
// same about the two runs, then the verdict on each target that both have. It
// needs nothing but the directories: the latencies come from the histogram
// logs, the circumstances from the manifests.
//
// Runs of the platforms aws and local are refused: no difference between those
// would mean anything.
//
// How a difference is judged is package verdict's business, how a pair looks is
// package report's.
package pair
