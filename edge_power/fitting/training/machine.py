"""What a fit computes on."""

import ctypes
import platform

import torch
from accelerate import PartialState

from edge_power.fitting.training.phase import Precision

# Options of glibc's mallopt, malloc.h.
_TRIM_THRESHOLD, _TOP_PAD, _MMAP_MAX = -1, -2, -4


def has_no_accelerator() -> bool:
    """Whether the processor has to do."""
    return not torch.accelerator.is_available()


def join_processes() -> PartialState:
    """Meet the other processes that torchrun or `accelerate launch` started; PartialState() gives the same afterwards.

    Unless accelerate is told that there are only processors, it takes each process for a fit of its own.
    """
    return PartialState(cpu=has_no_accelerator())


def mixed(precision: Precision, device: torch.device) -> torch.autocast:
    """The context in which the trainer's own forward pass runs."""
    dtype = torch.float16 if precision == "fp16" else torch.bfloat16
    return torch.autocast(device.type, dtype, enabled=precision != "fp32")


def keep_freed_memory() -> None:
    """Have the process keep memory that it frees, where the C library is glibc; elsewhere do nothing.

    Training frees in every step what it takes again in the next. glibc hands large blocks back to the system, which
    then clears each page anew; docs/fit.md has what that costs.
    """
    if platform.libc_ver()[0] != "glibc":
        return
    mallopt = ctypes.CDLL(None).mallopt
    for option, value in ((_MMAP_MAX, 0), (_TRIM_THRESHOLD, 2**31 - 1), (_TOP_PAD, 64 << 20)):
        mallopt(option, value)
