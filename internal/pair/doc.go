// Package pair puts two runs side by side: first what was not the same about the
// two, then the verdict on each target that both have. The runs may have been
// killed: the latencies come from the histogram logs, the circumstances from the
// manifests.
//
// Runs of the platforms aws and local are refused: no difference between those
// would mean anything.
//
// How a difference is judged is package verdict's business, how a pair looks is
// package report's.
package pair
