"""Put what an engine loads on huge pages, where Linux lets a process ask for them.

A short text is answered in the time that it takes to read the weights once, and with pages of 4 KiB much of that time
goes into finding them: 42 MB of weights are 10,000 pages and a CPU remembers the place of 2,000 or 3,000. With pages of
2 MiB a pruned MiniLM on ONNX Runtime needs 0.68 of a stock export's time and not 0.76 (docs/yardstick.md). Engines do
not ask for such pages themselves. EDGE_POWER_HUGE_PAGES=0 leaves the memory as it is.

Where the system has no such call, or refuses it, nothing happens.
"""

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SWITCH = "EDGE_POWER_HUGE_PAGES"
_MAPS = Path("/proc/self/maps")
_HUGE_PAGE = 1 << 21
# linux/mman.h: allow huge pages here (2.6.38), and gather what is there into them now (6.1).
_MADV_HUGEPAGE, _MADV_COLLAPSE = 14, 25

Range = tuple[int, int]


@contextmanager
def huge_pages() -> Iterator[None]:
    """Move the memory that the block allocates, and still holds at its end, to huge pages."""
    if not sys.platform.startswith("linux") or os.environ.get(SWITCH) == "0":
        yield
        return
    before = _private_memory()
    yield
    for start, end in subtract(_private_memory(), before):
        _collapse(start, end)


def subtract(ranges: list[Range], covered: list[Range]) -> list[Range]:
    """Give the parts of `ranges` that `covered` leaves out; both are sorted, and none of one list overlaps another."""
    left: list[Range] = []
    for start, end in ranges:
        for low, high in covered:
            if high <= start or low >= end:
                continue
            if low > start:
                left.append((start, low))
            start = max(start, high)
        if start < end:
            left.append((start, end))
    return left


def read_maps(text: str) -> list[Range]:
    """Give the private, writable memory of /proc/PID/maps that no file backs (proc_pid_maps(5)), in order."""
    ranges = []
    for line in text.splitlines():
        addresses, permissions, _, _, inode, *name = line.split(maxsplit=5)
        if permissions.startswith("rw") and permissions.endswith("p") and inode == "0" and name[:1] != ["[stack]"]:
            start, _, end = addresses.partition("-")
            ranges.append((int(start, 16), int(end, 16)))
    return ranges


def _private_memory() -> list[Range]:
    try:
        return read_maps(_MAPS.read_text())
    except OSError:
        return []


def _collapse(start: int, end: int) -> None:
    """Ask for the whole huge pages between two addresses; a refusal changes nothing, and is no error of ours."""
    first, last = -(-start // _HUGE_PAGE) * _HUGE_PAGE, end // _HUGE_PAGE * _HUGE_PAGE
    if first < last:
        madvise = ctypes.CDLL(None).madvise
        madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
        madvise(first, last - first, _MADV_HUGEPAGE)
        madvise(first, last - first, _MADV_COLLAPSE)
