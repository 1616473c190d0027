"""Debian's real adbd, in a network namespace of its own: it listens on all addresses as root, so never outside one.

The adb client and its server must stand in the same namespace, so the tests find an `adb` on the PATH that enters it.
"""

import os
import shlex
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

UNPACKED = Path(__file__).resolve().parents[2] / ".adbd"  # see adbd_setup.py
_TOOLS = "usr/lib/android-sdk/platform-tools"
# Outside of 5555..5585, where adb's server looks for emulators and would list each device twice.
FIRST_PORT = 6100
_WAIT_S = 20


def tool(name: str) -> list[str] | None:
    """How adb or adbd is started here; None where there is none."""
    if not (UNPACKED / _TOOLS / name).exists():
        installed = Path("/", _TOOLS, name)
        return [str(installed)] if installed.exists() else None
    # Its C library is newer than this machine's, so its own loader starts it, and no child of it inherits the path.
    loader = next(UNPACKED.glob("usr/lib*/ld-linux-*"))
    folders = {library.parent for library in UNPACKED.glob("usr/lib/**/*.so*")}
    return [str(loader), "--library-path", ":".join(map(str, sorted(folders))), str(UNPACKED / _TOOLS / name)]


def missing() -> str | None:
    """Why adbd cannot run here; None where it can."""
    absent = [name for name in ("unshare", "nsenter", "ip") if shutil.which(name) is None]
    if absent:
        return f"no {absent[0]} on the PATH (apt-get install util-linux iproute2)"
    if tool("adb") is None or tool("adbd") is None:
        return "no adb or no adbd here (run python -m tests.machines.adbd_setup, or apt-get install adb adbd)"
    tried = subprocess.run(["unshare", "-n", "true"], capture_output=True, text=True)
    return None if tried.returncode == 0 else f"no network namespace can be made here: {tried.stderr.strip()}"


@dataclass
class Adbd:
    """A network namespace, and the daemons in it.

    Attributes:
        folder: for all their files.
        bin: a folder for the PATH, whose adb enters the namespace.
    """

    folder: Path
    bin: Path
    _holder: subprocess.Popen[bytes]
    _server: subprocess.Popen[bytes]
    _daemons: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self) -> str:
        """Start one more adbd, and connect adb with it.

        Returns:
            Its serial.
        """
        port = FIRST_PORT + len(self._daemons)
        serial = f"127.0.0.1:{port}"
        command = tool("adbd")
        assert command is not None
        with (self.folder / f"adbd-{port}.log").open("wb") as log:
            # `make test` sets OMP_NUM_THREADS for itself, and nproc on the device would print that.
            environment = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"}
            self._daemons[serial] = subprocess.Popen(
                [*_enter(self._holder.pid), *command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**environment, "ADBD_PORT": str(port)},
            )
        self._connect(serial)
        return serial

    def kill(self, serial: str) -> None:
        """End a daemon without a word, as an unplugged cable does."""
        self._daemons[serial].kill()
        self._daemons[serial].wait()

    def close(self) -> None:
        """End all that was started."""
        for process in (self._server, *self._daemons.values()):
            process.kill()
            process.wait()
        self._holder.send_signal(signal.SIGKILL)
        self._holder.wait()

    def adb(self, *arguments: str) -> str:
        """Run adb in the namespace."""
        done = subprocess.run([str(self.bin / "adb"), *arguments], capture_output=True, text=True, timeout=_WAIT_S)
        return done.stdout

    def _connect(self, serial: str) -> None:
        deadline = time.monotonic() + _WAIT_S
        while f"{serial}\tdevice" not in self.adb("devices"):
            if time.monotonic() > deadline:
                raise TimeoutError(f"adbd at {serial} gives no answer; see {self.folder}")
            self.adb("connect", serial)
            time.sleep(0.05)


@contextmanager
def namespace(folder: Path) -> Iterator[Adbd]:
    """Make the namespace; everything in it ends with the block."""
    with ExitStack() as stack:
        # The shell says when the loopback is up, and waits for its input, so that it ends with us whatever happens.
        script = "ip link set lo up && echo up && read -r _"
        holder = subprocess.Popen(
            ["unshare", "-n", "sh", "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
        )
        assert holder.stdin is not None and holder.stdout is not None
        stack.callback(holder.wait)
        stack.callback(holder.kill)
        stack.enter_context(holder.stdout)
        stack.enter_context(holder.stdin)
        assert holder.stdout.readline() == b"up\n"
        adbd = Adbd(folder, _client(folder, holder.pid), holder, _serve(folder))
        stack.callback(adbd.close)
        yield adbd


def _enter(pid: int) -> list[str]:
    return ["nsenter", f"--net=/proc/{pid}/ns/net"]


def _client(folder: Path, pid: int) -> Path:
    """Write the adb of the namespace, with a home of its own, since it keeps keys there."""
    command = tool("adb")
    assert command is not None
    folder.joinpath("home").mkdir()
    bin_folder = folder / "bin"
    bin_folder.mkdir()
    script = bin_folder / "adb"
    script.write_text(
        f"#!/bin/sh\nexport HOME='{folder}/home' ANDROID_ADB_SERVER_PORT=6099 TMPDIR='{folder}'\n"
        f'exec {shlex.join([*_enter(pid), *command])} "$@"\n'
    )
    script.chmod(0o755)
    return bin_folder


def _serve(folder: Path) -> subprocess.Popen[bytes]:
    """Start adb's server: left to itself adb starts the file that it runs from, which may be the loader."""
    with (folder / "server.log").open("wb") as log:
        command = [str(folder / "bin" / "adb"), "nodaemon", "server"]
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
