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
// left, at the stated share of cold starts; where no price of the region is known, what is
// billed the fewest GB-seconds.
//
// What an upgrade changes is read off the answer about runtimes: the ratio of a generation
// to the one before it, and of a runtime with SnapStart to the same without, with the words
// that they have there.
//
// No word says the opposite of the run's places, which rank the same values by how often
// one is smaller than another. Where modes cross, the smaller median can belong to the cell
// that is slower more often than not; then there is no word.
package answer
