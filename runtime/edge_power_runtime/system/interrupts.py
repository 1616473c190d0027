"""Ctrl-C that arrives at a bad moment: Python drops what is raised in a `__del__`, an interrupt too."""

import signal
import sys
import threading
from _thread import interrupt_main
from collections.abc import Iterator
from contextlib import contextmanager

# Until the object that was being removed is gone.
_LATER_S = 0.05


@contextmanager
def never_lost() -> Iterator[None]:
    """Raise an interrupt again, a moment later, where Python could not pass it on."""
    before = sys.unraisablehook

    def look(unraisable: "sys.UnraisableHookArgs") -> None:
        if issubclass(unraisable.exc_type, KeyboardInterrupt):
            threading.Timer(_LATER_S, _interrupt).start()
        else:
            before(unraisable)

    sys.unraisablehook = look
    try:
        yield
    finally:
        sys.unraisablehook = before


def _interrupt() -> None:
    main = threading.main_thread().ident
    if sys.platform == "win32" or main is None:
        interrupt_main()
    else:  # also ends a wait of the main thread in the system
        signal.pthread_kill(main, signal.SIGINT)
