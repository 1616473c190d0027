"""What a fit computes on."""

import torch
from accelerate import PartialState


def has_no_accelerator() -> bool:
    """Whether the processor has to do."""
    return not torch.accelerator.is_available()


def join_processes() -> PartialState:
    """Meet the other processes that torchrun or `accelerate launch` started; PartialState() gives the same afterwards.

    Unless accelerate is told that there are only processors, it takes each process for a fit of its own.
    """
    return PartialState(cpu=has_no_accelerator())
