"""Runs a command on a device for as long as somebody listens; its source travels there as an argument of Python.

python -c SOURCE PATIENCE COUNT FOLDER... COMMAND...

The command ends, with every process that it started, when standard input closes or stays silent for PATIENCE seconds:
sshd and adbd close it when a connection ends, and the silence is for a network that went away without a word. Then the
COUNT folders are removed too, since nobody else can do it. Needs the standard library of Python 3.9, so that
an old device is refused for its missing runtime, and not by a traceback.
"""

import contextlib
import os
import select
import shutil
import signal
import subprocess
import sys
import threading


def main(patience: float, folders: list[str], command: list[str]) -> int:
    """Run `command` in a process group of its own.

    Returns:
        Its exit status; 127 where there is no such program, 128 and the signal's number where a signal ended it.
    """
    started: list[int] = []
    stopped = threading.Event()

    def stop(number: int, frame: object) -> None:
        # Raising an error here could come between the start of the child and our knowing of it.
        stopped.set()
        for group in started:
            end(group)

    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, stop)
    try:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
    except OSError as error:
        print(f"error: cannot start {command[0]}: {error.strerror}", file=sys.stderr)
        return 127
    started.append(child.pid)
    if stopped.is_set():
        end(child.pid)
    lost = threading.Event()
    threading.Thread(target=listen, args=(patience, child.pid, lost), daemon=True).start()
    status = child.wait()
    end(child.pid)  # what it left running, such as a probe
    if lost.is_set():
        remove(folders)
    return status if status >= 0 else 128 - status


def listen(patience: float, group: int, lost: threading.Event) -> None:
    """End `group` when standard input closes, or is silent for too long."""
    while select.select([0], [], [], patience)[0] and os.read(0, 4096):
        pass
    lost.set()
    end(group)


def remove(folders: list[str]) -> None:
    """Remove folders, which our side named and made, and those that they stood in, if these are empty then."""
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
        with contextlib.suppress(OSError):
            os.rmdir(os.path.dirname(folder))


def end(group: int) -> None:
    """Kill every process of a group; nothing happens where there is none."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


if __name__ == "__main__":
    count = int(sys.argv[2])
    sys.exit(main(float(sys.argv[1]), sys.argv[3 : 3 + count], sys.argv[3 + count :]))
