package results

import "github.com/lambda-benchmark/lambda-benchmark/internal/deployed"

// Run is one run: what it was, what it found, and the samples that it was found
// from. A run that has just been measured and one that was read from a directory
// ([Read]) are the same.
type Run struct {
	ID       string   `json:"id,omitempty"`
	Manifest Manifest `json:"manifest"`
	Summary
	// Samples are in the order in which they were taken. They have a file of their own.
	Samples []Sample `json:"-"`
}

// Platform is where the run was.
func (r Run) Platform() deployed.Platform { return r.Manifest.Platform }

// OwnLoad is the load test that was a part of the run; nil if it had none.
func (r Run) OwnLoad() *Load {
	if r.Load == nil || r.Load.Run != "" {
		return nil
	}
	return r.Load
}

// LoadOnly says that the run is a load test and nothing else.
func (r Run) LoadOnly() bool { return r.Load != nil && len(r.Variants) == 0 }
