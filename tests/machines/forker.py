"""Children to be killed, of a process that has all modules in memory: a start takes milliseconds, and not seconds.

python -m tests.machines.forker        reads `["module", "function", arguments]` in lines of JSON, forks, and calls the
                              function in the child; writes the child's number, and when it has ended its status
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]


class Forker:
    """Starts functions in processes of their own, one at a time."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def start(self, function: Callable[..., None], *arguments: str | float) -> int:
        """Begin; gives the process's number."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps([function.__module__, function.__name__, arguments]) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def wait(self) -> int:
        """Wait for its end; gives the exit status, negative for a signal."""
        assert self._process.stdout is not None
        return os.waitstatus_to_exitcode(int(self._process.stdout.readline()))


@contextmanager
def open_forker(*modules: str) -> Iterator[Forker]:
    """Start the process that has `modules` in memory."""
    command = [sys.executable, "-m", "tests.machines.forker", *modules]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=REPOSITORY, stdin=pipe, stdout=pipe, text=True) as process:
        yield Forker(process)
        assert process.stdin is not None
        process.stdin.close()


def main(modules: list[str]) -> None:
    """Serve until the input ends."""
    for module in modules:
        import_module(module)
    for line in sys.stdin:
        module, function, arguments = json.loads(line)
        child = os.fork()
        if child == 0:
            try:
                getattr(import_module(module), function)(*arguments)
            except BaseException as error:  # of a child, which must not go on as its parent
                print(repr(error), file=sys.stderr, flush=True)
                os._exit(1)
            os._exit(0)
        print(child, flush=True)
        print(os.waitpid(child, 0)[1], flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
