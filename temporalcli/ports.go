package temporalcli

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
)

// Ports are taken from below those that operating systems give to outgoing connections (Linux from 32768 on), so
// that no connection sits on a server's port while the server restarts. Temporal's schema for PostgreSQL cannot
// hold higher ones either.
const (
	lowestPort  = 10000
	highestPort = 32767
)

// FreePort returns a port of the loopback address that nobody listens on. Another program can take it in between,
// so what starts there must be able to fail.
func FreePort() (int, error) {
	ports, err := FreePorts(1)
	if err != nil {
		return 0, err
	}
	return ports[0], nil
}

// FreePorts is FreePort for several different ones.
func FreePorts(count int) (ports []int, failed error) {
	var last error
	for range 100 * count {
		if len(ports) == count {
			return ports, nil
		}
		port := lowestPort + rand.IntN(highestPort-lowestPort+1) //nolint:gosec // chance, not a secret
		listener, err := net.Listen("tcp", address(port))
		if err != nil {
			last = err
			continue
		}
		// Kept open until all are found, or the same one might come twice.
		defer func() { failed = errors.Join(failed, listener.Close()) }()
		ports = append(ports, port)
	}
	if len(ports) == count {
		return ports, nil
	}
	return nil, fmt.Errorf("find %d free ports: %w", count, last)
}
