// Package dynamodb runs a DynamoDB for this machine. [Start] starts one and
// [Server.CreateTable] makes a table in it with the AWS SDK. [Server.Handler] hands
// requests to it whose permission has been checked by package awsapi, and
// [Server.Client] calls it within this process; there is no other way to it.
//
// DynamoDB is not ours to write. The first choice is dynoxide, a static binary
// over SQLite that package runtimes fetches from npm: it knows conditional
// writes, batches, indexes, transactions, time to live and the limit of 400 kB,
// and keeps its tables in a file, so that the history of this machine grows from
// run to run. It is a child process that dies with this one. On Linux it has a
// network of its own, which a gate passes this user's connections into; where that
// cannot be had, it listens on a loopback port, and the progress says so. A file
// that cannot be written is a [StorageError], which no client tries again after.
//
// Where it cannot be had, minidyn answers inside this process. It keeps nothing
// and knows neither time to live nor the limit of an item's size;
// [Server.Lacks] says so, and so does the progress.
//
// Left out: streams, capacity and throttling. Neither server knows who may do
// what; package iam and package awsapi do.
package dynamodb
