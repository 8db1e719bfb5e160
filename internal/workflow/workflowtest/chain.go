package workflowtest

import (
	"crypto/sha256"
	"encoding/hex"
	"sync"
)

var chains sync.Map // int -> string

// chain is the contract's sha256 workload.
func chain(iterations int) string {
	if end, ok := chains.Load(iterations); ok {
		return end.(string)
	}
	var block [sha256.Size]byte
	for range iterations {
		block = sha256.Sum256(block[:])
	}
	end := hex.EncodeToString(block[:])
	chains.Store(iterations, end)
	return end
}
