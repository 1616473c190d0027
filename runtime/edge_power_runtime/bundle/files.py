"""The files of a bundle as its manifest lists them."""

import re
from dataclasses import dataclass
from typing import Self

from edge_power_runtime.bundle import bounds
from edge_power_runtime.bundle.paths import unsafe_reason
from edge_power_runtime.reading.jsonnode import Node

_SHA256 = re.compile(r"[0-9a-f]{64}\Z")


@dataclass(frozen=True, slots=True)
class FileEntry:
    """A file of the bundle.

    Attributes:
        path: POSIX, relative to the bundle and inside it.
        size_bytes: its length.
        sha256: of its content, 64 lower-case hexadecimal digits.
    """

    path: str
    size_bytes: int
    sha256: str

    @classmethod
    def read(cls, node: Node) -> Self:
        """Read an entry; the path and the digest are checked."""
        digest = node.field("sha256")
        if not _SHA256.match(digest.text()):
            digest.fail("64 lower-case hexadecimal digits")
        return cls(read_path(node.field("path")), node.field("size_bytes").integer(), digest.text())


def read_files(node: Node) -> tuple[FileEntry, ...]:
    """Read the files that an object lists under `files`."""
    return tuple(FileEntry.read(item) for item in node.field("files").items(most=bounds.FILES))


def read_path(node: Node) -> str:
    """Read a path, which must be relative, POSIX and inside the bundle."""
    path = node.text(most=bounds.PATH_CHARACTERS)
    if reason := unsafe_reason(path):
        node.fail(f"a relative POSIX path inside the bundle (this one {reason})")
    return path
