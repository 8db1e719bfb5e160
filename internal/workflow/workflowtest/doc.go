// Package workflowtest is what tests of the workflow and of the collector run
// against: [Cloud], a Lambda and a CloudWatch Logs that take the time that AWS's
// take, and [Table], the table of results. Time is the time package's, so in a
// testing/synctest bubble a run of hours is over in seconds.
//
// The cloud does what goes wrong on AWS when it is told to: throttles, conflicts,
// tails that are missing, logs that come late, out of order, twice or broken, and
// processes that are killed.
package workflowtest
