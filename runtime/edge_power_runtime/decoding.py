"""From the logits of a program to a prediction."""

import math

import numpy as np

from edge_power_runtime.errors import EngineError
from edge_power_runtime.prediction import Prediction, Step
from edge_power_runtime.tasks import Task
from edge_power_runtime.text import EncodedText


def predict(
    task: Task, labels: tuple[str, ...], encoded: EncodedText, found: np.ndarray, steps: tuple[Step, ...]
) -> Prediction:
    """Name the label.

    Args:
        task: reads the logits.
        labels: in their order; empty for regression.
        encoded: the text.
        found: logits, float32 (1, labels), of the program of the last step.
        steps: what ran for the text, at least one.

    Raises:
        EngineError: a logit is not finite.
    """
    logits = tuple(found.tolist()[0])
    # One call sees them all: programs give float32, whose sum in doubles is finite unless one of them is not.
    if not math.isfinite(sum(logits)):
        raise EngineError(
            f"program {steps[-1].program} gave the logits {logits}, expected finite numbers; verify the bundle"
        )
    label, score, scores, named = task.decode(logits, labels)
    return Prediction(
        label=label,
        score=score,
        scores=scores,
        labels=named,
        logits=logits,
        num_tokens=encoded.num_tokens,
        truncated=encoded.truncated,
        steps=steps,
    )
