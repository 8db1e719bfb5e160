// Package statsapi answers questions about the runs of a store by HTTP. [New] is
// an ordinary http.Handler; [Proxy] lets API Gateway call it through a Lambda
// function.
//
//	GET /                         the dashboard: a page that asks for the key and shows it all
//	GET /v1/stats                 what was measured: one item for each run, variant and event
//	GET /v1/history               one number over a year, for every variant
//	GET /v1/runs                  the runs
//	GET /v1/runs/{id}             one run with its manifest and its items
//	GET /v1/runs/{id}/variants    what a run found about its variants, as summary.json has it
//	GET /v1/runs/{id}/samples     the samples that the table still has, as samples.jsonl has them
//	GET /v1/runs/{id}/load        the load test of a run, and the histogram logs of its targets
//
// Lists are answered newest first, at most limit items at a time. nextToken is
// there if there is more; the next page is asked for with it and the same filters.
// A page may have few items or none and a nextToken all the same: a request reads a
// limited number of runs, and a page has a limited size. total is the number of all
// items that match on all pages, counted by the table's index.
//
// The manifest of a run, its variants, its samples and its load test are all that a run
// directory has. Samples come in an order that is not that of time, and they expire;
// variants and their series stay, and so do load tests. A run that had no load test is
// shown with the latest one that compared its targets, which says which run it was.
//
// A run is JSON unless format is html, the report of package report, or text; the text
// of a run against another one says what differs between the two.
//
// A history is of one workload, temperature and metric: the median of each run with its
// interval, p90 and the number of samples, and where a runtime's version or an artefact
// changed. It has every run of the last 60 days, and before that each day's middle run.
//
// A list reaches back 30 days unless since says otherwise. /v1/stats has the hello
// workload unless workload names others, so that items of different work are not
// charted as one. A filter's value that was never measured is an error that lists
// the known ones.
//
// # The shape of an item
//
// The fields from id to coldStartInitDuration are those of the items of
// tomassabol/lambda-benchmark, so that clients of that API read this one: timestamp
// in Unix seconds, durations in milliseconds, memory in MB. They are medians here,
// where a run of the origin has one sample. What was not measured is null, and
// coldStartInitDuration is absent; neither is ever zero. The other fields are ours:
// the run, the whole variant, and for each temperature the percentiles of every
// metric of package results, with their number and the median's interval, and
// separately those of the runtime's own numbers (heap, collections, ...).
//
// # Errors
//
// They are JSON as well: error is the message, parameter names the one that is
// wrong, requestId finds the details in the function's log. A parameter that does
// not exist is an error, because an answer that ignored it would look like one that
// obeyed.
//
// The API key, throttle and quota are API Gateway's; package stack sets them up.
package statsapi
