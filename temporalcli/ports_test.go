package temporalcli_test

import (
	"fmt"
	"net"
	"testing"

	"github.com/todoke/todoke/temporalcli"
)

func TestFreePortsAreFreeAndDifferent(t *testing.T) {
	ports, err := temporalcli.FreePorts(50)
	must(t, err)
	seen := map[int]bool{}
	for _, port := range ports {
		if seen[port] || port < 10000 || port > 32767 {
			t.Errorf("port %d: twice or out of range", port)
		}
		seen[port] = true
		listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		must(t, err)
		must(t, listener.Close())
	}
	if len(ports) != 50 {
		t.Errorf("%d ports, want 50", len(ports))
	}
}
