// Package lambdalog reads and writes the lines that the Lambda platform logs
// about execution environments and invocations: INIT_START, START, END, REPORT
// and their kin. [Parse] reads one line in either of Lambda's log formats (text,
// JSON), [Lines] a whole log such as the tail that Invoke returns, and
// [Record.AppendText] writes the text format byte for byte as AWS does, so that
// the local platform's logs are read by the code that reads AWS's.
//
// The text format, tab separated, as recorded from AWS:
//
//	INIT_START Runtime Version: nodejs:22.mainline.v98\tRuntime Version ARN: arn:aws:lambda:…
//	START RequestId: 8b0d… Version: $LATEST
//	END RequestId: 8b0d…
//	REPORT RequestId: 8b0d…\tDuration: 8.40 ms\tBilled Duration: 9 ms\tMemory Size: 128 MB\tMax Memory Used: 66 MB\tInit Duration: 170.13 ms\t
//
// A REPORT ends in a tab unless it has a Status. With X-Ray's tracing, a second
// line of the same log event follows, with the same rule about its last tab.
//
// The package knows nothing of what the numbers mean together: whether an
// invocation was cold is for package results to say.
package lambdalog
