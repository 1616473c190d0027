"""A real sshd on 127.0.0.1 for one test module: throw-away keys, a free port, and a home folder of its own."""

import os
import shlex
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

_BINARY = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


@dataclass(frozen=True)
class Sshd:
    """A running sshd.

    Attributes:
        home: where its commands start, which is not the user's own home.
        port: that it listens on.
        client: a configuration for `ssh -F` that logs in.
        stranger: one with a key that sshd does not know.
        process: the listener.
    """

    home: Path
    port: int
    client: Path
    stranger: Path
    process: subprocess.Popen[bytes]

    @property
    def address(self) -> str:
        return f"ssh://127.0.0.1:{self.port}"

    def kill_sessions(self) -> int:
        """Kill the processes that hold the connections, as a reboot would; the listener stays."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        for child in children:
            os.kill(int(child), signal.SIGKILL)
        return len(children)

    def left(self) -> list[str]:
        """All that is in the home folder, but for .cache, which every home has."""
        found = {path.relative_to(self.home).as_posix() for path in self.home.rglob("*")}
        return sorted(found - {".cache"})

    def empty(self) -> None:
        """Make the home folder as it was."""
        if self.home.exists():
            shutil.rmtree(self.home)
        (self.home / ".cache").mkdir(parents=True)


def start_sshd(folder: Path) -> Sshd:
    """Start it as the current user; `stop_sshd` ends it."""
    if _BINARY is None or shutil.which("ssh") is None or shutil.which("ssh-keygen") is None:
        pytest.skip("OpenSSH's server is not installed (openssh-server on Debian)")
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)  # sshd gives up its rights into this folder, and only root has rights
    for name in ("host", "user", "other"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
    home = folder / "home"
    port = _free_port()
    (folder / "sshd_config").write_text(_server_config(folder, home, port))
    host_key = (folder / "host.pub").read_text()
    (folder / "known_hosts").write_text(f"[127.0.0.1]:{port} {host_key}")
    clients = {name: folder / f"{name}_config" for name in ("user", "other")}
    for name, path in clients.items():
        path.write_text(
            f"Host *\n  IdentityFile {folder / name}\n  IdentitiesOnly yes\n  IdentityAgent none\n"
            f"  UserKnownHostsFile {folder / 'known_hosts'}\n  GlobalKnownHostsFile none\n  StrictHostKeyChecking yes\n"
        )
    log = (folder / "sshd.log").open("wb")
    process = subprocess.Popen([_BINARY, "-D", "-e", "-f", str(folder / "sshd_config")], stderr=log)
    log.close()
    _wait(process, port, folder / "sshd.log")
    server = Sshd(home, port, clients["user"], clients["other"], process)
    server.empty()
    return server


def stop_sshd(server: Sshd) -> None:
    server.kill_sessions()
    server.process.terminate()
    server.process.wait()


def _server_config(folder: Path, home: Path, port: int) -> str:
    # The command that was asked for runs as sshd would run it, only with another home.
    quoted = shlex.quote(str(home))
    command = f'cd {quoted} && HOME={quoted} exec /bin/sh -c "$SSH_ORIGINAL_COMMAND"'
    return (
        f"ListenAddress 127.0.0.1\nPort {port}\nHostKey {folder / 'host'}\nPidFile none\nUsePAM no\nStrictModes no\n"
        f"AuthorizedKeysFile {folder / 'user.pub'}\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n"
        f"PermitRootLogin prohibit-password\nForceCommand {command}\n"
    )


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    for _ in range(200):
        if process.poll() is not None:
            pytest.skip(f"sshd does not start here: {log.read_text().strip()[-200:]}")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    process.kill()
    pytest.fail(f"sshd does not listen: {log.read_text()}")
