package ui

import (
	"crypto/sha256"
	"encoding/hex"
	"net/netip"
)

// CountedSubject counts a thing under a purpose without keeping it.
func CountedSubject(purpose, thing string) string {
	sum := sha256.Sum256([]byte(thing))
	return purpose + ":" + hex.EncodeToString(sum[:])
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
