// Package cost says what Lambda invocations, runs of the benchmark and a month
// of a stage cost, in US dollars.
//
// Prices are data (prices.json), each with its source and how sure of it we
// are; so is what an estimate takes for granted (assumptions.json). An estimate
// is list prices times quantities that follow from the workflow's definition:
// no free tier, no tax, no data transfer, and no load test, which has no
// schedule. Regions differ by some per cent from the one of the prices.
//
// What was really billed is not known here: that is AWS's bill. How many state
// transitions a run takes is held against the definition by a test.
package cost
