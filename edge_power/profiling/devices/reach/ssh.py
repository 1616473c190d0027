"""A device over ssh, by the system's OpenSSH: keys, jumps and names come from its own configuration."""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from edge_power.profiling.devices.reach.device import OnLine
from edge_power.profiling.devices.reach.errors import DeviceError, LostConnectionError
from edge_power.profiling.devices.reach.process import stream
from edge_power.profiling.devices.reach.shell import (
    command_line,
    digests_script,
    free_script,
    read_digests,
    read_free,
    receive_script,
    remove_script,
)
from edge_power_runtime.errors import InputError
from edge_power_runtime.profiler.report.figures import last_line
from edge_power_runtime.reading.printable import one_line

_LOST = 255  # ssh's own exit status for whatever went wrong with the connection
_HINTS = (
    (
        r"permission denied",
        "no password is asked for here: load a key with ssh-add, or name it in the ssh configuration",
    ),
    (r"host key verification failed", "connect once by hand with ssh to see and accept the host's key"),
    (r"could not resolve", "check the host's name"),
    (r"connection refused", "check the port, and that sshd runs there"),
    (r"timed out", "check that the device is on and reachable"),
)
# No part begins with '-', which ssh would take for an option. The host may be an alias of the ssh configuration, where
# capitals count, and so this is no work for urllib.
_ADDRESS = re.compile(
    r"ssh://(?:(?P<user>\w[\w.+-]*)@)?(?P<host>\w[\w.-]*|\[[0-9A-Fa-f:.]+\])(?::(?P<port>\d{1,5}))?/?", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Address:
    """Where sshd listens.

    Attributes:
        host: a name, an IP address, or a Host of the ssh configuration.
        user: None for ssh's own choice.
        port: None for ssh's own choice.
    """

    host: str
    user: str | None
    port: int | None

    @classmethod
    def parse(cls, text: str) -> "Address":
        """Read `ssh://[user@]host[:port]`.

        Raises:
            InputError: it is of another form.
        """
        found = _ADDRESS.fullmatch(text)
        port = int(found["port"]) if found and found["port"] else None
        if found is None or not (port is None or 1 <= port <= 65535):
            raise InputError(f"the device {text!r} is no address; expected ssh://user@host or ssh://user@host:port")
        return cls(found["host"].strip("[]"), found["user"], port)


class SshDevice:
    """Commands, and files through `cat`, over one connection that all of them share."""

    root = ".cache/edge-power"  # commands start in the user's home

    def __init__(self, address: Address, name: str, *, config: Path | None = None) -> None:
        """Prepare; the connection is made with the first command.

        Args:
            address: of the device.
            name: of the device, for messages.
            config: a file for `ssh -F`; None for the user's own.

        Raises:
            DeviceError: there is no ssh on the PATH.
        """
        if shutil.which("ssh") is None:
            raise DeviceError("there is no ssh on the PATH; install OpenSSH's client")
        self.name = name
        # A socket's path must be short, so it stands in a folder of its own right under the temporary one.
        self._folder = tempfile.TemporaryDirectory(prefix="ep-")
        self._ssh = ["ssh", *_options(Path(self._folder.name) / "ssh", config), *_destination(address)]
        self._connected = False

    def run(self, argv: Sequence[str], *, on_line: OnLine) -> int:
        """See Device."""
        last = ""

        def keep(line: str) -> None:
            nonlocal last
            last = one_line(line) or last
            on_line(line)

        self._connect()
        status = stream([*self._ssh, command_line(argv)], on_line=keep)
        if status == _LOST or status < 0:
            raise self._lost(last)
        return status

    def digests(self, folder: str) -> Mapping[str, str]:
        """See Device."""
        return read_digests(self._say(digests_script(folder)).decode(errors="replace").splitlines())

    def push(self, source: Path, target: str) -> None:
        """See Device."""
        try:
            with source.open("rb") as content:
                self._say(receive_script(target, source.stat().st_size), content=content)
        except OSError as error:
            raise DeviceError(f"cannot read {source}: {error.strerror or error}") from error

    def pull(self, source: str, target: Path) -> None:
        """See Device."""
        target.write_bytes(self._say(command_line(["cat", source])))

    def remove(self, path: str) -> None:
        """See Device."""
        self._say(remove_script(path))

    def free_bytes(self, folder: str) -> int:
        """See Device."""
        lines = self._say(free_script(folder)).decode(errors="replace").splitlines()
        free = read_free(lines)
        if free is None:
            raise DeviceError(f"cannot tell how much room is left on {self.name}: df said {' '.join(lines[-1:])!r}")
        return free

    def close(self) -> None:
        """End the shared connection."""
        subprocess.run([*self._ssh[:-1], "-O", "exit", self._ssh[-1]], capture_output=True, check=False)
        self._folder.cleanup()

    def _connect(self) -> None:
        """Log in now, so that a refused key is told apart from a connection that is lost later."""
        if not self._connected:
            done = subprocess.run([*self._ssh, "exit 0"], stdin=subprocess.DEVNULL, capture_output=True, check=False)
            if done.returncode == _LOST:
                raise self._refused(last_line(done.stderr.decode(errors="replace")))
            self._connected = True

    def _say(self, script: str, *, content: IO[bytes] | int = subprocess.DEVNULL) -> bytes:
        """Run a script of ours, and give what it writes to standard output."""
        self._connect()
        line = command_line(["sh", "-c", script])  # the login shell may be one that reads another language
        done = subprocess.run([*self._ssh, line], stdin=content, capture_output=True, check=False)
        if done.returncode == _LOST:
            raise self._lost(last_line(done.stderr.decode(errors="replace")))
        if done.returncode != 0:
            reason = last_line(done.stderr.decode(errors="replace")) or f"exit status {done.returncode}"
            raise DeviceError(f"{self.name} refused a command: {reason}")
        return done.stdout

    def _refused(self, reason: str) -> DeviceError:
        hint = next((hint for pattern, hint in _HINTS if re.search(pattern, reason.lower())), "")
        return DeviceError(f"cannot connect to {self.name}: {reason or 'ssh gave no reason'}{hint and '; ' + hint}")

    def _lost(self, reason: str) -> LostConnectionError:
        self._connected = False
        return LostConnectionError(f"the connection to {self.name} was lost" + (f" ({reason})" if reason else ""))


def _options(socket: Path, config: Path | None) -> list[str]:
    options = {
        "BatchMode": "yes",  # ask nothing: there may be nobody to answer
        "ConnectTimeout": "10",
        "ServerAliveInterval": "5",  # three silent intervals are a lost connection
        "ServerAliveCountMax": "3",
        "ControlMaster": "auto",
        "ControlPath": str(socket),
        "ControlPersist": "60",  # so that nothing of ours outlives a killed command for long
        "LogLevel": "ERROR",
    }
    named = [] if config is None else ["-F", str(config)]
    return [*named, "-T", *(f"-o{name}={value}" for name, value in options.items())]


def _destination(address: Address) -> list[str]:
    user = [] if address.user is None else ["-l", address.user]
    port = [] if address.port is None else ["-p", str(address.port)]
    return [*user, *port, address.host]
