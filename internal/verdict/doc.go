// Package verdict says what a number and a difference are worth.
//
// [Interval] bounds a percentile without assuming any distribution, and
// [MinSamples] says from how many samples on such bounds exist. [Compare] judges
// the difference of two distributions at a percentile: an interval, and one word
// (faster, slower, same, undecided). [Control] keeps the share of false alarms
// among many judgements in bounds, and [Rank] turns them into a ranking in which
// what cannot be told apart shares a place.
//
// All of it works on order statistics alone ([Distribution]), so sorted values
// and HDR histograms are judged by the same code. Less is faster: the package
// speaks of times, and of anything else where small is good. It knows nothing of
// units, samples or functions, and it draws no random numbers: the
// same input has the same verdict.
package verdict
