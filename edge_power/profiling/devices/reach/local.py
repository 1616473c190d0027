"""This machine as a device: the profile runs in a process of its own, and nothing is copied to measure here."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from edge_power.profiling.devices.reach.device import OnLine
from edge_power.profiling.devices.reach.errors import DeviceError
from edge_power.profiling.devices.reach.process import stream
from edge_power_runtime.system.python_process import python_environment


class LocalDevice:
    """Runs commands here. What is pushed goes into a temporary folder that is gone after `close`."""

    name = "this machine"

    def __init__(self) -> None:
        """Make the temporary folder."""
        self._folder = tempfile.TemporaryDirectory(prefix="edge-power-")

    @property
    def root(self) -> str:
        """The temporary folder."""
        return self._folder.name

    def run(self, argv: Sequence[str], *, on_line: OnLine) -> int:
        """See Device."""
        if shutil.which(argv[0]) is None:
            return 127  # as a shell says it
        return stream(argv, on_line=on_line, environment=python_environment())

    def digests(self, folder: str) -> Mapping[str, str]:
        """See Device."""
        root = Path(folder)
        return {path.relative_to(root).as_posix(): sha256(path) for path in sorted(root.rglob("*")) if path.is_file()}

    def push(self, source: Path, target: str) -> None:
        """See Device."""
        self._copy(source, Path(target))

    def pull(self, source: str, target: Path) -> None:
        """See Device."""
        self._copy(Path(source), target)

    def _copy(self, source: Path, target: Path) -> None:
        partial = target.with_name(f".{target.name}.partial-{os.getpid()}")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, partial)
            partial.replace(target)
        except OSError as error:
            raise DeviceError(f"cannot copy {source} to {target}: {error.strerror or error}") from error
        finally:
            partial.unlink(missing_ok=True)

    def remove(self, path: str) -> None:
        """See Device. What we are asked to remove is what was pushed, into our temporary folder."""
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path, ignore_errors=True)
        else:
            Path(path).unlink(missing_ok=True)
        with suppress(OSError):  # it holds more, or is none
            Path(path).parent.rmdir()

    def free_bytes(self, folder: str) -> int:
        """See Device."""
        path = Path(folder).absolute()
        while not path.is_dir():
            path = path.parent
        return shutil.disk_usage(path).free

    def close(self) -> None:
        """Remove the temporary folder."""
        self._folder.cleanup()


def sha256(path: Path) -> str:
    """The digest of a file's content, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
