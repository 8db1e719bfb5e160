// Package dynamo keeps results in one DynamoDB table: runs, their samples, one
// aggregate a series and run, the functions that are measured, and the lease
// that keeps two runs apart. [Store] is a [results.Store], and more.
//
// # Keys
//
// The table's keys are the strings pk and sk. Its index gsi1 has the keys gsi1pk
// and gsi1sk and every attribute; only items that have those are in it.
//
//	item           pk         sk                                                      gsi1pk        gsi1sk
//	run            RUN#<run>  RUN                                                     RUNS          <started>#<run>
//	sample         RUN#<run>  SAMPLE#<variant>#<sample key>
//	series         RUN#<run>  SERIES#<variant>#<workload>#<iterations>#<temperature>  same as sk    <started>#<run>
//	raw log line   RUN#<run>  RAW#<log group>#<event id>
//	kept document  RUN#<run>  KEPT#<name>
//	function       FUNCTIONS  <variant>
//	lease          LEASE      LEASE
//
// Keys are for access only. What an item is stands in its attribute data, as
// JSON, and is never parsed back from a key. Times in keys have nine decimals and
// are in UTC, so that their order as text is their order in time. The attribute
// expires, in seconds, is the table's time to live. Only samples and raw lines
// have it; runs and aggregates stay.
//
// # Access patterns
//
//	the samples of a run, or of one variant in it    Query pk, prefix of sk
//	the aggregates of a run                          Query pk, prefix of sk
//	a run, a kept document, the lease                GetItem
//	the runs, newest first, from a point on          Query gsi1, descending
//	the history of a series since a time             Query gsi1, descending
//	the latest of a series                           Query gsi1, descending, limit 1
//	the functions                                    Query pk
//	samples without naming a run                     Scan
//
// The last one is for tools; no function of the stack needs dynamodb:Scan.
// Reads of the table are strongly consistent, because the collector reads what
// the runner has only just written. The index lags by a moment, as all do.
//
// # Writes
//
// A sample is put on condition that it is not there: whoever is unsure puts
// again, and a runner that is late cannot undo what the collector has added.
// A batch cannot carry conditions, so [Store.Put] sends single puts, several at
// once; they cost the same write units. [Store.Replace] is for who has more to say
// about a sample than is there. It, aggregates and raw lines go in batches of 25,
// and what DynamoDB leaves unprocessed goes again. Throttling is waited out with
// growing pauses, after the SDK's own retries.
//
// Left out: what the numbers mean (package results) and the table's creation
// (package stack on AWS, package dynamodb of local here).
package dynamo
