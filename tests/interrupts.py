"""Commands in a process of their own that an interrupt reaches.

A job in the background ignores SIGINT, and so would its children; a user's terminal does not.
"""

import sys

LISTEN = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"


def listening(code: str) -> tuple[str, ...]:
    """A command that runs Python code, and that SIGINT reaches."""
    return (sys.executable, "-c", f"{LISTEN}\n{code}")
