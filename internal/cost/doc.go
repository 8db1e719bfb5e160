// Package cost says what Lambda invocations, runs of the benchmark and a month
// of a stage cost, in US dollars.
//
// Prices are data (prices.json), each with its source and how sure of it we
// are; so is what an estimate takes for granted (assumptions.json). An estimate
// is list prices times quantities that follow from the workflow's definition:
// no free tier, no tax, no data transfer, and no load test, which has no
// schedule. Estimates are of us-east-1; for Lambda and API Gateway there are the prices
// of seven other regions ([PricesIn]), of which some differ by up to 30 per cent.
//
// What was really billed is not known here: that is AWS's bill. How many state
// transitions a run takes is held against the definition by a test.
package cost
