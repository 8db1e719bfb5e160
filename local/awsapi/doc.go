// Package awsapi is the AWS endpoint of this machine: one http.Handler that
// real AWS SDKs and the AWS CLI talk to once AWS_ENDPOINT_URL points at it.
//
// It answers Lambda's REST protocol by path, and the services that speak AWS's
// JSON protocol (Systems Manager, CloudWatch Logs, Secrets Manager, Step
// Functions, DynamoDB) by the prefix of X-Amz-Target. Shapes, headers, status
// codes and error names are AWS's; an operation or a field that is not here
// is refused by name, never ignored.
//
// Requests must be signed, because AWS's must be, and because a web page
// cannot make a browser send an Authorization header to another origin. Of
// the signature only the access key is read: it says which function calls, and
// so which role's policies decide. An access key that was given to no function
// is the operator's, who may do everything.
//
// It is the wire alone: JSON in, JSON out. What the services do is decided in
// packages lambda, ssm, secrets, logs, executions and dynamodb, and permissions in
// package iam. Left out are signatures' verification, presigned URLs, and the
// protocols of services that no function here calls.
package awsapi
