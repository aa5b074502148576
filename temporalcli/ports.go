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
func FreePorts(count int) (ports []int, err error) {
	// All are kept open until the last is found, or the same one might come twice.
	var listeners []net.Listener
	defer func() {
		for _, listener := range listeners {
			err = errors.Join(err, listener.Close())
		}
	}()
	var last error
	for range 100 * count {
		port := lowestPort + rand.IntN(highestPort-lowestPort+1)
		listener, err := net.Listen("tcp", address(port))
		if err != nil {
			last = err
			continue
		}
		listeners = append(listeners, listener)
		if ports = append(ports, port); len(ports) == count {
			return ports, nil
		}
	}
	return nil, fmt.Errorf("find %d free ports: %w", count, last)
}
