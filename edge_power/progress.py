"""How a long piece of work tells how far it is: the seam that the command line fills, and any caller may."""

from typing import Protocol


class Progress(Protocol):
    """Is told how far a piece of work is, one thing at a time, at times from another thread than the caller's."""

    def begin(self, description: str, total: int | None = None, done: int = 0) -> None:
        """Hear that work begins, in place of what was done before.

        Args:
            description: what is done.
            total: its steps; None where nobody can tell.
            done: steps that an earlier run did.
        """
        ...

    def advance(self, steps: int, note: str = "") -> None:
        """Hear that steps were done.

        Args:
            steps: so many; 0 where only the note is new.
            note: what is being done now, or how it goes; empty where nothing is new.
        """
        ...

    def line(self, text: str) -> None:
        """Hear what a reader should still see in the end."""
        ...


class Silent:
    """Tells nobody."""

    def begin(self, description: str, total: int | None = None, done: int = 0) -> None:
        """Do nothing."""

    def advance(self, steps: int, note: str = "") -> None:
        """Do nothing."""

    def line(self, text: str) -> None:
        """Do nothing."""
