"""What a process's end and a fork do to classifiers: answers under way are waited for, and a child starts afresh.

An engine's threads and held locks do not survive a fork, and native code that a daemon thread is in when the
interpreter ends aborts the process. Neither is an engine's fault alone: both are known before.
"""

import atexit
import ctypes
import os
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from edge_power_runtime.errors import EngineError

# An answer takes milliseconds, the first one seconds: what takes longer than this would keep the process from ending.
LONGEST_WAIT_S = 10.0

is_ending = False
ANSWERING: set[int] = set()
"""The threads that are inside native code on our behalf.

A thread adds itself for every text, so there is no lock: it first adds itself and then asks `is_ending`, and the end
first sets that and then looks who is inside.
"""


def refuse_at_the_end() -> None:
    """Refuse to start an answer in a process that is ending, unless in its main thread, which ends it.

    Raises:
        EngineError: this is another thread.
    """
    if threading.current_thread() is not threading.main_thread():
        raise EngineError(
            "the process is ending, and no thread may start another answer; end threads that classify before it, "
            "or make them no daemons"
        )


@contextmanager
def answering() -> Iterator[None]:
    """Count this thread among those that are inside, where a microsecond does not matter.

    Raises:
        EngineError: see `refuse_at_the_end`.
    """
    ANSWERING.add(threading.get_ident())
    try:
        if is_ending:
            refuse_at_the_end()
        yield
    finally:
        ANSWERING.discard(threading.get_ident())


class StartsAfresh(Protocol):
    """Holds what an engine loaded, and can do without."""

    def start_afresh(self) -> None:
        """Let go of locks and of what engines loaded, without ending it: see `keep_forever`."""
        ...


_HOLDERS: "weakref.WeakSet[StartsAfresh]" = weakref.WeakSet()


def start_afresh_after_fork(holder: StartsAfresh) -> None:
    """Have `holder` start afresh in every child that this process is forked into."""
    _HOLDERS.add(holder)


def keep_forever(*values: object) -> None:
    """Have objects outlive the interpreter: their end would wait for threads, or for locks, of the parent process."""
    for value in values:
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(value))


def _wait_for_answers() -> None:
    global is_ending
    is_ending = True
    end = time.monotonic() + LONGEST_WAIT_S
    while ANSWERING - {threading.get_ident()} and time.monotonic() < end:
        time.sleep(0.001)


def _after_fork_in_child() -> None:
    ANSWERING.clear()
    for holder in list(_HOLDERS):
        holder.start_afresh()


# Python waits for threads that are no daemons before it calls this.
atexit.register(_wait_for_answers)
if hasattr(os, "register_at_fork"):  # not on Windows, which has no fork
    os.register_at_fork(after_in_child=_after_fork_in_child)
