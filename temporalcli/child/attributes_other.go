//go:build !unix

package child

import (
	"errors"
	"os"
	"os/exec"
)

func setAttributes(_ *exec.Cmd, spec Spec) error {
	if spec.Account != nil {
		return errors.New("programs cannot be run under another account on this operating system")
	}
	return nil
}

func killGroup(p *Process) error {
	err := p.cmd.Process.Kill()
	if errors.Is(err, os.ErrProcessDone) {
		return nil
	}
	return err
}
