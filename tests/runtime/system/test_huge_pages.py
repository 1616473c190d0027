import ctypes
import mmap
import platform
import sys
from pathlib import Path

import pytest

from edge_power_runtime.system import huge_pages as module
from edge_power_runtime.system.huge_pages import SWITCH, huge_pages, read_maps, subtract

MAPS = """\
55d0c0000000-55d0c0021000 r--p 00000000 fe:00 1311 /usr/bin/python3.11
55d0c1e00000-55d0c2200000 rw-p 00000000 00:00 0 [heap]
7f0000000000-7f0000400000 rw-p 00000000 00:00 0
7f0000400000-7f0000600000 rw-s 00000000 00:00 0
7f0000600000-7f0000800000 ---p 00000000 00:00 0
7f0000800000-7f0000a00000 rw-p 00001000 fe:00 99 /usr/lib/some library.so
7f0000c00000-7f0001000000 rw-p 00000000 00:00 0 [anon:scudo:primary]
7ffc00000000-7ffc00021000 rw-p 00000000 00:00 0 [stack]
"""


def test_only_private_writable_memory_without_a_file_counts():
    assert read_maps(MAPS) == [
        (0x55D0C1E00000, 0x55D0C2200000),
        (0x7F0000000000, 0x7F0000400000),
        (0x7F0000C00000, 0x7F0001000000),
    ]


@pytest.mark.parametrize(
    ("ranges", "covered", "left"),
    [
        ([(0, 10)], [], [(0, 10)]),
        ([(0, 10)], [(0, 10)], []),
        ([(0, 10)], [(3, 5)], [(0, 3), (5, 10)]),
        ([(0, 10)], [(0, 4), (8, 20)], [(4, 8)]),
        ([(0, 10), (20, 30)], [(5, 25)], [(0, 5), (25, 30)]),
        ([(5, 6)], [(0, 5), (6, 9)], [(5, 6)]),
    ],
)
def test_subtract(ranges, covered, left):
    assert subtract(ranges, covered) == left


def gathers_at_once() -> bool:
    """Whether this is Linux 6.1 or newer, which has MADV_COLLAPSE; before it pages are gathered some time later."""
    release = platform.release().split(".")
    return sys.platform.startswith("linux") and (int(release[0]), int(release[1])) >= (6, 1)


@pytest.mark.skipif(not gathers_at_once(), reason="needs Linux 6.1")
def test_memory_allocated_in_the_block_moves_and_keeps_its_content():
    # Not an array of numpy's: that asks for huge pages itself.
    with huge_pages():
        memory = mmap.mmap(-1, 64 << 20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        memory.write(bytes(range(256)) * (1 << 18))
    assert memory[:3] == b"\x00\x01\x02" and memory[-1] == 255 and memory[(32 << 20) + 7] == 7
    if "[never]" not in Path("/sys/kernel/mm/transparent_hugepage/enabled").read_text():
        # Looked up in the middle: the ends are cut to whole huge pages, and are mappings of their own.
        assert huge_kib(ctypes.addressof(ctypes.c_char.from_buffer(memory)) + (32 << 20)) >= 32 << 10


@pytest.mark.parametrize("setting", ["0"])
def test_the_switch_leaves_memory_alone(monkeypatch, setting):
    monkeypatch.setenv(SWITCH, setting)
    monkeypatch.setattr(module, "_collapse", lambda start, end: pytest.fail("memory was touched"))
    with huge_pages():
        mmap.mmap(-1, 8 << 20)


def test_what_goes_wrong_in_the_block_comes_out():
    with pytest.raises(ZeroDivisionError), huge_pages():
        _ = 1 / 0


def huge_kib(address: int) -> int:
    """KiB on huge pages in the mapping that holds an address (proc_pid_smaps(5)); 0 where the system hides it."""
    assert ctypes.sizeof(ctypes.c_void_p) == 8
    inside = False
    for line in Path("/proc/self/smaps").read_text().splitlines():
        first = line.split(maxsplit=1)[0]
        if "-" in first and not first.endswith(":"):
            start, _, end = first.partition("-")
            inside = int(start, 16) <= address < int(end, 16)
        elif inside and first == "AnonHugePages:":
            return int(line.split()[1])
    return 0
