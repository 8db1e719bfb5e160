// Package bench takes cold and warm samples of deployed functions through the
// client of the AWS SDK for Go. The same code runs against AWS and against the
// local platform.
//
// A cold start is forced by changing one environment variable of the function
// (deployed.NonceVariable). The function's environment is read, merged and written
// back, and the update is waited for. Then the function is invoked with the log's
// tail, so that each sample has both sides: the client's clock and the platform's
// REPORT. results.Sample.Temperature decides what a sample turned out to be. A
// sample that missed its temperature is kept, counted and tried again up to a bound.
//
// A function with SnapStart is measured through a published version: Lambda takes the
// snapshot when the version is published, and every execution environment of the
// version begins as a copy of it. A run publishes one version of each such function and
// uses it in all rounds. Cold starts are taken by scale-out: as many invocations at once as
// samples are wanted, while the environments that there are already are held busy.
// [DeleteVersions] deletes the version.
//
// A run goes in rounds, and each round visits every variant once. [Visit] is one
// such visit; package workflow draws the order of visits and calls them. Every
// answer is compared with the contract's, and a variant that answers wrong is
// measured no further. [Restore] gives a function its old environment back.
// [Check] only compares answers, for functions whose times would mean nothing.
//
// Package attack measures load; packages results and verdict hold the statistics.
package bench
