package ui

import (
	"crypto/sha256"
	"encoding/hex"
	"net/netip"
	"time"

	"github.com/todoke/todoke/models"
)

// Limit bounds how often a purpose is tried by the same thing, which is counted without being kept.
func Limit(purpose, thing string, window time.Duration, most int64) models.AttemptLimit {
	sum := sha256.Sum256([]byte(thing))
	return models.AttemptLimit{Subject: purpose + ":" + hex.EncodeToString(sum[:]), Window: window, Most: most}
}

// ClientOf gives what counts as one client: an IPv4 address, or a network of IPv6
// such as one customer of a provider has, who could use another address each time.
func ClientOf(ip string) string {
	const network = 64 // bits
	addr, err := netip.ParseAddr(ip)
	if err != nil {
		return ip
	}
	addr = addr.Unmap().WithZone("")
	if addr.Is4() {
		return addr.String()
	}
	return netip.PrefixFrom(addr, network).Masked().String()
}
