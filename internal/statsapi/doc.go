// Package statsapi answers questions about the runs of a store by HTTP. [New] is
// an ordinary http.Handler; [Proxy] lets API Gateway call it through a Lambda
// function.
//
//	GET /                a page that says what there is, and shows it
//	GET /v1/stats        what was measured: one item for each run, variant and event
//	GET /v1/runs         the runs
//	GET /v1/runs/{id}    one run with its manifest and its items
//
// Lists are answered newest first, at most limit items at a time; nextToken is
// there if there is more, and asks for it together with the same filters. An
// answer may have few items or none and a nextToken all the same: that many runs
// were looked at, or the items are large. total counts the items of the answer.
//
// # The shape of an item
//
// The fields from id to coldStartInitDuration are those of the items of
// tomassabol/lambda-benchmark, so that what reads those reads ours: timestamp in
// Unix seconds, durations in milliseconds, memory in MB. They are medians here,
// where a run of the origin has one sample. What was not measured is null, and
// coldStartInitDuration is absent; neither is ever zero. Beside them are ours: the
// run, the whole variant, and for each temperature the percentiles of every
// metric of package results, with their number and the median's interval, and
// apart from them those of the runtime's own numbers (heap, collections, ...).
//
// # Errors
//
// They are JSON as well: error says what is wrong, parameter names the one that
// cannot be understood, requestId finds the details in the function's log. A
// parameter that does not exist is an error, because an answer that ignored it
// would look like one that obeyed.
//
// Left out: the API key, throttle and quota, which are API Gateway's business,
// and package stack sets them up.
package statsapi
