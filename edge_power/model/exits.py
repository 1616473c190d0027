"""Exits: heads behind some encoders of a model, so that what is sure early need not go on (arXiv:2004.07453)."""

from collections.abc import Sequence

import torch

from edge_power.model.extract import product
from edge_power_runtime.tasks import TaskName, task_named

# Encoders, counted from 1 and rising, behind which a head stands besides the one behind the last.
Exits = tuple[int, ...]

# What the names of their parameters begin with, in our models and in a checkpoint's file: exits.2.pooler.weight.
EXITS = "exits."


def mean_of_words(x: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
    """What an exit reads: the mean of the word-vectors that leave its encoder, padding left out.

    [CLS] says little early: behind MiniLM's encoder 2 its numbers differ by 0.001 from text to text, those of the mean
    by 0.19 (docs/fit.md). The softmax of a mask's bias weighs all words alike and padding not at all.

    Args:
        x: (..., n, hidden).
        bias: 0 at words and a large negative number at padding, (..., 1, n).

    Returns:
        (..., 1, hidden).
    """
    return product(torch.softmax(bias, dim=-1), x)


def exits_fault(exits: Sequence[int], *, encoders: int, task: TaskName) -> str | None:
    """Say what is wrong with exits, found and expected; None where nothing is.

    Args:
        exits: as somebody gave them.
        encoders: L, of the model.
        task: of the model. Whether to go on is decided by the largest probability, so that there is one label a text.
    """
    if not exits:
        return None
    if (why := task_named(task).no_confidence) is not None:
        return f"a model for {task} has no exits, since {why}, so that none can be sure"
    for exit_ in exits:
        if type(exit_) is not int or not 1 <= exit_ < encoders:
            why = ", behind which the model's own head stands" if exit_ == encoders else ""
            return f"no exit can be at encoder {exit_}{why}; of this model's {encoders}, those are 1..{encoders - 1}"
    twice = next((exit_ for place, exit_ in enumerate(exits) if exit_ in exits[:place]), None)
    if twice is not None:
        return f"the exit at encoder {twice} is there twice; name each once"
    return None
