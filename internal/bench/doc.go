// Package bench takes cold and warm samples of deployed functions, through the
// client of the AWS SDK for Go alone: against AWS and against the local platform
// it is the same code.
//
// A cold start is forced by changing one environment variable of the function
// (deployed.NonceVariable): its environment is read, merged and written back, and
// the update is waited for. Then the function is invoked with the log's tail, so
// that each sample has both sides: the client's clock and the platform's REPORT.
// What a sample turned out to be is for results.Sample.Temperature to say; one
// that missed its temperature is kept, counted, and tried again up to a bound.
//
// [Run] goes in rounds, not in blocks. Each round visits every variant once, in an
// order drawn from the seed, so that whatever drifts does so for all of them.
// Nobody is visited twice at once. Every answer is compared with the contract's,
// and a variant that answers wrong is measured no further. At the end, however it
// comes, each function gets its old environment back. [Check] only compares
// answers, for functions whose times would say nothing.
//
// Load is package attack's business; statistics are package results' and verdict's.
package bench
