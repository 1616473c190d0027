"""A process on this machine whose lines are read as they come, and whose standard input beats like a heart."""

import subprocess
import threading
from collections.abc import Mapping, Sequence
from typing import IO

from edge_power.profiling.devices.reach.device import OnLine
from edge_power.profiling.devices.reach.errors import DeviceError

# Often enough that a short pause of the network is told from a lost one, rare enough to disturb no measurement.
BEAT_S = 10.0


def stream(command: Sequence[str], *, on_line: OnLine, environment: Mapping[str, str] | None = None) -> int:
    """Run `command` to its end, and end it where we are interrupted.

    Args:
        command: program and arguments.
        on_line: called with each line of standard output and standard error.
        environment: of the process; None for ours.

    Returns:
        The exit status; negative for a signal.

    Raises:
        DeviceError: it cannot be started.
    """
    process = _start(command, environment)
    assert process.stdin is not None and process.stdout is not None
    ended = threading.Event()
    heart = threading.Thread(target=_beat, args=(process.stdin, ended), daemon=True)
    heart.start()
    try:
        for line in process.stdout:
            on_line(line.rstrip("\r\n"))
        return process.wait()
    finally:
        ended.set()
        heart.join()
        _end(process)


def _start(command: Sequence[str], environment: Mapping[str, str] | None) -> subprocess.Popen[str]:
    try:
        return subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        )
    except FileNotFoundError as error:
        raise DeviceError(
            f"there is no program {command[0]} on the PATH; install it, or name it by its path"
        ) from error
    except OSError as error:
        raise DeviceError(f"cannot start {command[0]}: {error.strerror or error}") from error


def _beat(pipe: IO[str], ended: threading.Event) -> None:
    while not ended.wait(BEAT_S):
        try:
            pipe.write("\n")
            pipe.flush()
        except OSError:  # the process has ended, or closed its input; its exit status tells
            return


def _end(process: subprocess.Popen[str]) -> None:
    """Close what is open; a process that still runs is one that we leave for an error of ours."""
    if process.poll() is None:
        process.terminate()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            try:
                pipe.close()
            except BrokenPipeError:  # a beat that nobody read
                pass
    process.wait()
