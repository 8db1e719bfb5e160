// Package states interprets Amazon States Language, as far as the stack's
// workflow and a fan-out over shards need it, so that the state machine that the
// stack deploys runs on this machine unchanged.
//
// [Parse] reads a definition and refuses, naming state and field, everything
// that it does not know: what is accepted behaves as on AWS, and what is not is
// an error before anything has run. [Machine.Execute] runs it. Tasks go to a
// [TaskRunner], which locally is the Lambda service behind the state machine's
// own role.
//
// Supported: the JSONPath query language; Task (arn:aws:states:::lambda:invoke),
// Map (inline and distributed, with a JSON array as items), Choice, Wait for
// seconds, Pass, Succeed and Fail; InputPath, Parameters, ItemSelector,
// ResultSelector, ResultPath, OutputPath; Retry with jitter, and Catch; the
// context object; the intrinsic functions of intrinsic.go; the 256 KiB limit on
// every payload; the limit of 25,000 history events per execution. Numbers go
// through as they were written.
//
// Left out: Parallel, paths to several places, comparisons of time and of kind,
// JSONata, activities and callbacks, service integrations other than Lambda's, S3
// as a source or a target of a distributed map.
//
// The language is specified at https://states-language.net/spec.html, the
// service's own additions in the Step Functions Developer Guide. Executions that
// were recorded on AWS take precedence over both. The folder differential compares
// with an independent interpreter and lists the differences.
package states
