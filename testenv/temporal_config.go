package testenv

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"

	"github.com/jackc/pgx/v5"
	"gopkg.in/yaml.v3"
)

// The ports of a server: one for clients, and two for each of its parts to talk to each other.
const (
	frontendPort = iota
	frontendMembership
	frontendHTTP
	matchingPort
	matchingMembership
	historyPort
	historyMembership
	workerPort
	workerMembership
	portCount
)

// temporalLayout is where a server keeps its data and listens.
type temporalLayout struct {
	login             login
	store, visibility string // databases
	ports             []int
}

// login is a connection URL taken apart, for programs that do not take it whole.
type login struct {
	host           string
	port           uint16
	user, password string
	tls            bool
}

func loginOf(dsn string) (login, error) {
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		return login{}, errors.New("the connection string of the test's database cannot be read") // it has a password
	}
	l := login{
		host: config.Host, port: config.Port, user: config.User, password: config.Password,
		tls: config.TLSConfig != nil,
	}
	for _, fallback := range config.Fallbacks {
		// "Prefer TLS": the test's server need not have it.
		l.tls = l.tls && fallback.TLSConfig != nil
	}
	return l, nil
}

type object map[string]any

func (h *TemporalHandle) writeConfig() error {
	dynamic := filepath.Join(h.folder, "dynamic.yaml")
	settings := object{
		// Nothing leaves this machine.
		"frontend.enableServerVersionCheck": constant(false),
		// Tests make a namespace each and look into lists again and again, which production limits.
		"system.forceSearchAttributesCacheRefreshOnRead":         constant(true),
		"frontend.namespaceRPS.visibility":                       constant(100),
		"frontend.namespaceRPS.namespaceReplicationInducingAPIs": constant(100),
	}
	if err := writeYAML(dynamic, settings); err != nil {
		return err
	}
	return writeYAML(h.configFile(), h.layout.config(dynamic))
}

// constant is a setting that holds for everybody.
func constant(value any) []object { return []object{{"value": value}} }

func writeYAML(file string, content any) error {
	text, err := yaml.Marshal(content)
	if err != nil {
		return fmt.Errorf("settings of the Temporal server: %w", err)
	}
	if err := os.WriteFile(file, text, 0o600); err != nil {
		return fmt.Errorf("settings of the Temporal server: %w", err)
	}
	return nil
}

// config is the server's configuration file: all four services in one process, on the loopback address.
func (l temporalLayout) config(dynamicFile string) object {
	address := net.JoinHostPort("127.0.0.1", strconv.Itoa(l.ports[frontendPort]))
	return object{
		"log": object{"stdout": true, "level": "warn"},
		"persistence": object{
			"defaultStore": "store", "visibilityStore": "visibility", "numHistoryShards": 4,
			"datastores": object{
				"store":      object{"sql": l.database(l.store, 20)},
				"visibility": object{"sql": l.database(l.visibility, 10)},
			},
		},
		"global": object{"membership": object{"maxJoinDuration": "30s", "broadcastAddress": "127.0.0.1"}},
		"services": object{
			"frontend": l.service(frontendPort, frontendMembership, object{"httpPort": l.ports[frontendHTTP]}),
			"matching": l.service(matchingPort, matchingMembership, nil),
			"history":  l.service(historyPort, historyMembership, nil),
			"worker":   l.service(workerPort, workerMembership, nil),
		},
		"clusterMetadata": object{
			"enableGlobalNamespace": false, "failoverVersionIncrement": 10,
			"masterClusterName": "active", "currentClusterName": "active",
			"clusterInformation": object{"active": object{
				"enabled": true, "initialFailoverVersion": 1, "rpcName": "frontend", "rpcAddress": address,
			}},
		},
		"dcRedirectionPolicy": object{"policy": "noop"},
		"publicClient":        object{"hostPort": address},
		"dynamicConfigClient": object{"filepath": dynamicFile, "pollInterval": "60s"},
	}
}

func (l temporalLayout) database(name string, connections int) object {
	return object{
		"pluginName": "postgres12", "databaseName": name,
		"connectAddr":     net.JoinHostPort(l.login.host, strconv.Itoa(int(l.login.port))),
		"connectProtocol": "tcp", "user": l.login.user, "password": l.login.password,
		"maxConns": connections, "maxIdleConns": connections, "maxConnLifetime": "1h",
		"tls": object{"enabled": l.login.tls, "enableHostVerification": false},
	}
}

func (l temporalLayout) service(port, membership int, more object) object {
	rpc := object{"grpcPort": l.ports[port], "membershipPort": l.ports[membership], "bindOnLocalHost": true}
	for key, value := range more {
		rpc[key] = value
	}
	return object{"rpc": rpc}
}
