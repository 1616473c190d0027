"""The hidden directory beside an output in which it is made, and what kills left of such directories.

Its name carries a proof that it is ours, so that nobody else's directory is taken for one; a lock on the file in it
says that whoever made it still runs, whatever number a process has, here or where the file system is shared.
"""

import fcntl
import hashlib
import os
import platform
import re
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from edge_power_converters.output.ownership import Kind, is_ours, is_whole, remove_listed
from edge_power_converters.output.renaming import rename_new

_BOOT_FILE = Path("/proc/sys/kernel/random/boot_id")

# Of the output's name, in bytes: with it and all that we add, no name is longer than any file system takes (255).
_LONGEST_NAME = 180


@dataclass(frozen=True, slots=True)
class WorkDirectory:
    """A directory of ours alone.

    Attributes:
        path: beside the output.
    """

    path: Path

    @property
    def new(self) -> Path:
        """What is being made. All in it is ours."""
        return self.path / "new"

    @property
    def ready(self) -> Path:
        """What is made, and after an exchange what it replaced. What is in it is ours as far as its marker lists it."""
        return self.path / "ready"

    @property
    def old(self) -> Path:
        """What stood at the output, between two renames where there is no exchange. It goes back there after a kill."""
        return self.path / "old"

    @property
    def side(self) -> Path:
        """Room for what shall not be in the output. All in it is ours."""
        return self.path / "side"

    @property
    def lock(self) -> Path:
        """The file that is locked as long as its maker runs."""
        return self.path / "lock"

    def remove(self, kind: Kind) -> None:
        """Remove all that is ours, as far as that can be done; the lock must be held."""
        for made in (self.new, self.side):
            shutil.rmtree(made, ignore_errors=True)  # under a proven name, and never shown to anybody
        if is_ours(self.ready, kind):
            remove_listed(self.ready, kind)
        with suppress(OSError):
            self.ready.rmdir()  # an empty one, which a removal that was cut short left
        with suppress(OSError):
            if [entry.name for entry in self.path.iterdir()] == [self.lock.name]:
                self.lock.unlink()
            self.path.rmdir()


@contextmanager
def work_directory(output: Path, kind: Kind) -> Iterator[WorkDirectory]:
    """Make a directory beside `output`, with empty `new` and `side` in it, and remove what is ours in it at the end.

    Raises:
        OSError: it cannot be made.
    """
    work, lock = _make(output)
    try:
        work.new.mkdir()
        work.side.mkdir()
        yield work
    finally:
        work.remove(kind)
        os.close(lock)


def restore_and_sweep(output: Path, kind: Kind) -> None:
    """Put back what a killed run took from `output`, and remove what killed runs left beside it.

    Raises:
        OSError: the directory of the output cannot be read.
    """
    for left in sorted(output.parent.iterdir()):
        if _is_proven(left.name, output.name):
            with _lock_of_dead(WorkDirectory(left)) as work:
                if work is not None:
                    _clear(work, output, kind)
        elif re.fullmatch(rf"\.{re.escape(output.name)}\.replaced-[a-z0-9_]{{8}}", left.name):
            _clear_unproven(left, output, kind)


def beside(output: Path, ending: str) -> Path:
    """A path next to an output, with a shorter name where the output's is too long for an ending."""
    return output.with_name(f"{_short(output.name)}{ending}")


def _make(output: Path) -> tuple[WorkDirectory, int]:
    while True:
        token = secrets.token_hex(4)
        work = WorkDirectory(
            output.with_name(f".{_short(output.name)}.edge-power-{token}-{_proof(token, output.name)}")
        )
        work.path.mkdir(mode=0o700)
        try:
            lock = _lock(work)
            if lock is not None:
                os.pwrite(lock, _machine().encode(), 0)
                return work, lock
        except OSError:
            work.lock.unlink(missing_ok=True)
            work.path.rmdir()
            raise


def _short(name: str) -> str:
    return os.fsdecode(os.fsencode(name)[:_LONGEST_NAME])


def _proof(token: str, name: str) -> str:
    """What nobody types by chance: a digest over what the rest of the name says."""
    return hashlib.sha256(os.fsencode(f"edge-power {token} {name}")).hexdigest()[:8]


def _is_proven(found: str, output: str) -> bool:
    match = re.fullmatch(rf"\.{re.escape(_short(output))}\.edge-power-([0-9a-f]{{8}})-([0-9a-f]{{8}})", found)
    return match is not None and match[2] == _proof(match[1], output)


def _machine() -> str:
    """This machine by its name and its boot: one of them is another's where a file system is shared."""
    boot = _BOOT_FILE.read_text(encoding="ascii").strip() if _BOOT_FILE.exists() else ""
    return f"{platform.node()}\n{boot}\n"


def _lock(work: WorkDirectory) -> int | None:
    """Lock a work directory's file and give it open; None where another has it, or the directory is gone.

    Raises:
        OSError: it cannot be written.
    """
    try:
        lock = os.open(work.lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(lock), work.lock.lstat()):  # and not one that was swept in between
            return lock
    except (BlockingIOError, FileNotFoundError):
        pass
    except OSError:
        return lock  # a file system without locks; then nobody takes the directory for a dead one's either
    os.close(lock)
    return None


@contextmanager
def _lock_of_dead(work: WorkDirectory) -> Iterator[WorkDirectory | None]:
    """Hold the lock of a directory whose maker is dead; None where it may be alive, or that cannot be told."""
    lock = None
    try:
        lock = os.open(work.lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        dead = os.path.samestat(os.fstat(lock), work.lock.lstat()) and _was_here(os.pread(lock, 1000, 0).decode())
    except (OSError, UnicodeDecodeError):
        dead = False
    try:
        yield work if dead else None
    finally:
        if lock is not None:
            os.close(lock)


def _was_here(made_on: str) -> bool:
    """Whether a lock was made on this machine; not every file system tells of one that another machine holds.

    A lock that says nothing was made right before a kill, and there is nothing beside it.
    """
    lines = zip(_machine().split("\n"), made_on.split("\n"), strict=False)
    return not made_on or any(mine and mine == other for mine, other in lines)


def _clear(work: WorkDirectory, output: Path, kind: Kind) -> None:
    with suppress(OSError):
        if os.path.lexists(work.old):
            _put_back(work.old, output, kind)
    work.remove(kind)


def _put_back(old: Path, output: Path, kind: Kind) -> None:
    """Undo or complete a replacement in two renames, of which a kill allowed only some."""
    if not os.path.lexists(output):
        rename_new(old, output)
    elif is_whole(output, kind):
        remove_listed(old, kind)


def _clear_unproven(left: Path, output: Path, kind: Kind) -> None:
    """What a run of an early version left: its name proves little, so that what is inside must prove the rest."""
    old = left / output.name
    with suppress(OSError):
        found = left.lstat()
        if not stat.S_ISDIR(found.st_mode) or stat.S_IMODE(found.st_mode) != 0o700:  # as mkdtemp makes it
            return
        if [entry.name for entry in left.iterdir()] != [output.name]:
            return
        if is_whole(old, kind) if not os.path.lexists(output) else is_ours(old, kind):
            _put_back(old, output, kind)
            left.rmdir()
