// Package dynamo keeps results in one DynamoDB table: runs, their samples, what became
// of each variant, one aggregate for each series and run, the functions that are measured, and the
// lease that keeps two runs apart.
//
// # Keys
//
// The table's keys are the strings pk and sk. Its index gsi1 has the keys gsi1pk
// and gsi1sk and every attribute; only items that have those are in it.
//
//	item           pk         sk                                                      gsi1pk  gsi1sk
//	run            RUN#<run>  RUN                                                     RUNS    <started>#<run>
//	cell           RUN#<run>  CELL#<variant>#<workload>#<iterations>                  CELLS   <started>#<run>
//	variant        RUN#<run>  VARIANT#<variant>
//	sample         RUN#<run>  SAMPLE#<variant>#<sample key>
//	series         RUN#<run>  SERIES#<variant>#<workload>#<iterations>#<temperature>
//	values         RUN#<run>  VALUES#<variant>#<workload>#<iterations>#<temperature>
//	raw log line   RUN#<run>  RAW#<log group>#<event id>
//	load test      RUN#<run>  LOAD                                                    LOADS   <started>#<run>
//	histogram log  RUN#<run>  LOG#<number>
//	kept document  RUN#<run>  KEPT#<name>
//	history        HISTORY#<workload>#<temperature>#<metric>  <started>#<run>#<part>
//	day            DAYS#<workload>#<temperature>#<metric>     <day>#<part>
//	function       FUNCTIONS  <variant>
//	lease          LEASE      LEASE
//
// Keys are for access only. What an item is stands in its attribute data, as
// JSON, and is never parsed back from a key. Times in keys have nine decimals and
// are in UTC, so that their order as text is their order in time. The attribute
// expires, in seconds, is the table's time to live. Samples, raw lines and histories
// have it; runs, aggregates and days stay.
//
// A history has one item for each run with a point for every variant, so that a year is
// a few pages of one query, and not one item for each point; it is JSON in gzip. What is older than 60 days
// is read from the days.
//
// A variant is a [results.VariantSummary] without its series. [Store.Fetch] puts a run
// together from its item, its variants, its series and its samples. When samples have
// expired, the values of a series stand for them: enough to judge it by, in 300 kB at most.
//
// A cell says that a run has series of a variant and event. It has no data, only
// the attributes that [Filter] selects by, so that counting reads little.
//
// A load test is a run of its own, or a part of one. Its item has what summary.json has
// of it, and each target has its histogram log: intervals of at least a second, 512 at
// most, and fewer where they would take more than 450 kB. So a run that is fetched is
// judged as the one that was measured. Logs stay, as values do. The index has those load
// tests that compare their targets and can be believed, because the latest of them is
// shown beside the runs that had none.
//
// # Access patterns
//
//	the samples of a run, or of one variant in it    Query pk, prefix of sk
//	the variants and the aggregates of a run         Query pk, prefix of sk
//	the samples of a run behind one of them          Query pk, prefix of sk, ExclusiveStartKey
//	a run, its load test, a kept document, the lease GetItem
//	the runs, newest first, since a time             Query gsi1, descending
//	the latest load test                             Query gsi1, descending
//	the number of runs or cells since a time         Query gsi1, Select COUNT
//	a history                                        Query pk, sk between two times
//	the functions                                    Query pk
//
// Reads of the table are strongly consistent, because the collector reads what
// the runner has just written. The index is eventually consistent.
//
// # Writes
//
// A sample is put on condition that it is not there. A writer that is not sure may
// therefore put it again, and a late runner cannot undo what the collector has
// added. A batch cannot carry conditions, so [Store.Put] sends single puts, several
// at once; they cost the same write units. [Store.Replace] replaces a sample by one
// that has its record. Replaced samples, aggregates and raw lines go in batches of
// 25, and what DynamoDB leaves unprocessed is sent again. Throttling is waited out
// with growing pauses, after the SDK's own retries, and the number of tries is bounded.
//
// Package results says what the numbers mean. Package stack creates the table on
// AWS, package dynamodb of local creates it here.
package dynamo
