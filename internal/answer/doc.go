// Package answer computes what a team that has to decide wants of a run: which
// runtime, which architecture, which memory size, which module system, each with a
// pick, the ratio to the level that comes next, and dollars per million invocations.
// It reads nothing and renders nothing. Every interval and every word of a comparison
// is package verdict's.
//
// Cells of one question are compared within all else equal: a runtime with another of
// the same architecture and memory size, and so on. A pair is judged twice, by the
// median of the cold total and by that of the warm duration, and all pairs of two
// levels together by the geometric mean of their ratios. A level is out if another one
// is faster in one of the two and slower in none. The pick is the cheapest of what is
// left, at the stated share of cold starts.
package answer
