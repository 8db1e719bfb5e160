// Package collect completes a run's samples from CloudWatch Logs and aggregates
// them: the handler behind the collector Lambda, [Collector.Handle].
//
// An invocation's answer usually carries its REPORT in the log's tail. Otherwise
// the record is in the function's log group, seconds or minutes later. Each pass
// queries every group once for the window of time in which records are missing, page
// by page, and never once for each request: FilterLogEvents has 5 requests a second
// for a whole account. The events are parsed and joined by stream and time, since
// INIT_START and INIT_REPORT carry no request id. A record that is not there yet is
// asked for in a later pass; the answer says how long the state machine waits. After
// [Patience] the rest is lost, by name. A log that cannot be read is a loss of its
// own function, and never ends the pass.
//
// A function whose samples are complete is aggregated at once: what became of it, its
// series, and of each series the values that outlive the samples. It is counted, too: asked
// = stored + losses, and every loss has a name (results.Tally). The tally is kept,
// so that a function is completed once, even if steps are retried. Lines that seem
// to be the platform's and cannot be read are stored as they are, up to a size and a
// number. When all functions are through, their series are ranked, by the same code and
// the same values as anywhere else.
//
// results.Sample.Temperature decides whether a sample is cold or warm; a late record
// can change it.
package collect
