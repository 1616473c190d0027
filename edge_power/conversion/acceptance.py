"""How near an artifact of rounded weights must come, which depends on how far apart the model's own answers lie."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from edge_power_converters import Reference
from edge_power_runtime.bundle.artifacts import Acceptance

# Of the range of the logits. Integer products are exact, so that processors and runtimes differ by single steps of
# rounding: two runtimes of TFLite by 0.02 on MiniLM. Products that saturate where they must not: by 0.1 and more.
REPEATED = 0.05
# Likewise, of a model of one value, which has no label to agree on.
ONE_VALUE = 0.1
# Of a model that says the same of every text.
LEAST = 1e-4


def for_references(acceptance: Acceptance, labels: Sequence[str], references: Sequence[Reference]) -> Acceptance:
    """Complete what a recipe asks for by what the eager model says.

    Args:
        acceptance: of a recipe at fp16 or int8.
        labels: of the model; none of a model of one value.
        references: of all programs.
    """
    spread = float(np.ptp(np.stack([one.logits for one in references])))
    error = None if labels else max(LEAST, ONE_VALUE * spread)
    return replace(acceptance, max_abs_error=error, repeat_error=max(LEAST, REPEATED * spread))
