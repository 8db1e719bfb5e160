// Package cost says what Lambda invocations, runs of the benchmark and a month
// of a stage cost, in US dollars.
//
// Prices are data (prices.json), each with its source and how sure of it we
// are; so is what an estimate takes for granted (assumptions.json). An estimate
// is list prices times quantities that follow from the workflow's definition:
// no free tier, no tax, no data transfer, and no load test, which has no
// schedule. An estimate has the prices of the stage's region. us-east-1's stand in for
// those that are not known there, and say so: prices of Lambda and API Gateway are known
// of eight regions ([PricesIn]), and some of them differ by up to 30 per cent.
//
// What was really billed is not known here: that is AWS's bill. How many state
// transitions a run takes is held against the definition by a test.
package cost
