// Package dynamodb runs a DynamoDB for this machine. [Start] starts one and
// [Server.CreateTable] makes a table in it with the AWS SDK; what it answers is
// reached by [Server.URL], and [Server.Handler] hands requests to it whose
// permission has been checked by package awsapi.
//
// DynamoDB is not ours to write. The first choice is dynoxide, a static binary
// over SQLite that package runtimes fetches from npm: it knows conditional
// writes, batches, indexes, transactions, time to live and the limit of 400 kB,
// and keeps its tables in a file, so that the history of this machine grows from
// run to run. It is a child process on a loopback port and dies with this one.
//
// Where it cannot be had, minidyn answers inside this process. It keeps nothing
// and knows neither time to live nor the limit of an item's size;
// [Server.Lacks] says so, and so does the progress.
//
// Left out: streams, capacity and throttling. Neither server knows who may do
// what; package iam and package awsapi do.
package dynamodb
