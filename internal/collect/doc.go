// Package collect completes a run's samples from CloudWatch Logs and aggregates
// them: the handler behind the collector Lambda, [Collector.Handle].
//
// An invocation's answer usually carries its REPORT in the log's tail. Where it
// did not, the record is in the function's log group, some seconds or minutes
// later. Each pass asks every group once for the window of time in which records
// are missing, page by page, and never once for each request: FilterLogEvents has
// 5 requests a second for a whole account. What the window holds is parsed and
// put together by stream and time ([Match]), since INIT_START and INIT_REPORT
// carry no request id. What is not there yet is asked for in a later pass: the
// state machine waits as long as the answer says. After [Patience] the rest is
// lost, by name.
//
// A function whose samples are complete is aggregated at once, and counted: asked
// = stored + losses, and every loss has a name ([Tally]). The tally is kept, so
// that a function is complete only once, whatever is tried again. Lines that
// claim to be the platform's and cannot be read are stored as they are.
//
// Whether a sample is cold or warm is for results.Sample.Temperature to say; a
// record that came late changes what it says.
package collect
