//go:build linux || darwin

package sandbox

import "time"

// SetLimits replaces the times after which the host stops waiting.
func (h *Host) SetLimits(slot, extensionGrace time.Duration) {
	h.limits = limits{slot: slot, extensionGrace: extensionGrace}
}
