// Package provision gives aliases of Lambda functions provisioned concurrency for the
// length of a load test, and takes it away again. Provisioned concurrency costs money
// by the second, used or not, so a stage that measures now and then does without.
//
// A [Journal] is written before the first alias is changed, and emptied when the last
// one is as it was. A process that is killed in between leaves it behind: the next load
// test of the stage takes the provisioned concurrency away first, and [RestoreAll] does
// when it is asked to.
//
// The API is described at
// https://docs.aws.amazon.com/lambda/latest/api/API_PutProvisionedConcurrencyConfig.html
package provision
