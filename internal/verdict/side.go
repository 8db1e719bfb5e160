package verdict

// Side is one side of a comparison: its values, and what they have in common.
// [Independent], [Clustered], [InRounds] and [Timed] make it.
type Side struct {
	values     Distribution
	dependence dependence
	parts      []Part
}

// Part is a part of a side's values as an empirical distribution function.
type Part interface {
	Distribution
	// AtMost is how many of the values are v or less.
	AtMost(v float64) int64
}

type dependence int

const (
	none dependence = iota
	withinClusters
	withinRounds
	overTime
)

// Independent is a side whose values have nothing in common, such as starts of
// processes one by one.
func Independent(values Distribution) Side { return Side{values: values} }

// Clustered is a side whose values have more in common within a cluster than
// beyond it, such as the answers of one process. The clusters are all of the values.
func Clustered(values Distribution, clusters []Part) Side {
	return Side{values, withinClusters, clusters}
}

// Timed is a side whose values depend on when they were measured. The blocks are
// all of the values, in equal stretches of time from the first to the last. A stretch
// without values is an empty block. Blocks of two sides are the same stretches if
// there are as many of them.
func Timed(values Distribution, blocks []Part) Side {
	return Side{values, overTime, blocks}
}

// Values are all of the side's, whatever they have in common.
func (s Side) Values() Distribution { return s.values }

const (
	// MinClusters is the number of clusters from which on their variance is taken to
	// be known well enough. With 7, the probability that all of their medians lie on
	// one side of the median is 2^-6, which a two-sided 95 % interval bears.
	MinClusters = 7
	// MinBlocks is the number of blocks of time from which on [Timed] is judged.
	MinBlocks = 8
)

// lacks says which parts a side lacks for a judgement.
func (s Side) lacks() (Reason, bool) {
	has := int64(len(s.parts))
	switch {
	case s.dependence == withinClusters && has < MinClusters:
		return Reason{Kind: NeedsClusters, Needs: MinClusters, Has: has}, true
	case s.dependence == withinRounds && has < MinClusters:
		return Reason{Kind: NeedsRounds, Needs: MinClusters, Has: has}, true
	case s.dependence == overTime && has < MinBlocks:
		return Reason{Kind: NeedsBlocks, Needs: MinBlocks, Has: has}, true
	}
	return Reason{}, false
}
