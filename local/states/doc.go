// Package states interprets Amazon States Language, as far as our workflow
// speaks it, so that the state machine that the stack deploys runs on this
// machine unchanged.
//
// [Parse] reads a definition and refuses, naming state and field, everything
// that it does not know: what is accepted behaves as on AWS, and what is not is
// an error before anything has run. [Machine.Execute] runs it. Tasks go to a
// [TaskRunner], which locally is the Lambda service behind the state machine's
// own role.
//
// Supported: the JSONPath query language; Task (arn:aws:states:::lambda:invoke),
// Map (inline and distributed, with a JSON array as items), Parallel, Choice,
// Wait, Pass, Succeed and Fail; InputPath, Parameters, ItemSelector,
// ResultSelector, ResultPath, OutputPath; Retry with jitter, and Catch; the
// context object; the intrinsic functions of intrinsic.go; the 256 KiB limit on
// every payload; the limit of 25,000 history events per execution.
//
// Left out: JSONata, activities and callbacks, service integrations other than
// Lambda's, S3 as a source or a target of a distributed map.
//
// The language is specified at https://states-language.net/spec.html, the
// service's own additions in the Step Functions Developer Guide. Where executions
// recorded on AWS say otherwise, they win. The folder differential compares with an
// interpreter that others wrote, and lists what differs.
package states
