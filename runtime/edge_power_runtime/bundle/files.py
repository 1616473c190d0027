"""The files of a bundle as its manifest lists them."""

import re
from dataclasses import dataclass
from typing import Annotated

from edge_power_runtime.bundle import bounds
from edge_power_runtime.bundle.paths import unsafe_reason
from edge_power_runtime.reading.jsonnode import Node
from edge_power_runtime.reading.records import Most

_SHA256 = re.compile(r"[0-9a-f]{64}\Z")


def _read_path(node: Node) -> str:
    path = node.text(most=bounds.PATH_CHARACTERS)
    if reason := unsafe_reason(path):
        node.fail(f"a relative POSIX path inside the bundle (this one {reason})")
    return path


def _read_digest(node: Node) -> str:
    digest = node.text()
    if not _SHA256.match(digest):
        node.fail("64 lower-case hexadecimal digits")
    return digest


BundlePath = Annotated[str, _read_path]


@dataclass(frozen=True, slots=True)
class FileEntry:
    """A file of the bundle.

    Attributes:
        path: POSIX, relative to the bundle and inside it.
        size_bytes: its length.
        sha256: of its content, 64 lower-case hexadecimal digits.
    """

    path: BundlePath
    size_bytes: int
    sha256: Annotated[str, _read_digest]


Files = Annotated[tuple[FileEntry, ...], Most(bounds.FILES)]
