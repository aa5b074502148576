//go:build unix

package child

import (
	"errors"
	"os/exec"
	"syscall"
)

func setAttributes(cmd *exec.Cmd, spec Spec) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{
		// Ctrl-C in the terminal goes to the foreground group. With a group of its own the child hears only of
		// what its parent decides, so the parent can end things in order.
		Setpgid: true,
	}
	if spec.Account != nil {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: spec.Account.UID, Gid: spec.Account.GID}
	}
	if spec.Outlive {
		return nil
	}
	signal := spec.DeathSignal
	if signal == 0 {
		signal = syscall.SIGKILL
	}
	setDeathSignal(cmd.SysProcAttr, signal)
	return nil
}

func killGroup(p *Process) error {
	if !p.Running() {
		return nil
	}
	err := syscall.Kill(-p.PID(), syscall.SIGKILL)
	if errors.Is(err, syscall.ESRCH) {
		return nil
	}
	return err
}
