"""edge-power: make a BERT-family text classifier fast on small machines, and prove it there.

The names below load on first use, so that `edge-power --help` does not wait for torch.
"""

import os
import sys

# `python -m` of this package looks for modules in the working directory first, where somebody else's `torch.py` may
# lie; only a checkout of ours is meant. While Python still looks for the package, the program's name is `-m`.
if (
    sys.argv[:1] == ["-m"]
    and sys.orig_argv[-len(sys.argv)].removeprefix("-m").split(".")[0] == __name__
    and not sys.flags.safe_path
    and sys.path[0] != os.path.dirname(os.path.dirname(__file__))
):
    del sys.path[0]

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from edge_power.conversion.convert import convert
    from edge_power.conversion.tracing import Tracer
    from edge_power.model.classifier import PowerEncoder, PowerForSequenceClassification
    from edge_power.model.macs import count_macs
    from edge_power_runtime import RetentionConfig, RetentionSchedule

__version__ = "0.1.0"

_HOMES = {
    "PowerEncoder": "edge_power.model.classifier",
    "PowerForSequenceClassification": "edge_power.model.classifier",
    "RetentionConfig": "edge_power_runtime",
    "RetentionSchedule": "edge_power_runtime",
    "Tracer": "edge_power.conversion.tracing",
    "convert": "edge_power.conversion.convert",
    "count_macs": "edge_power.model.macs",
}

__all__ = [
    "PowerEncoder",
    "PowerForSequenceClassification",
    "RetentionConfig",
    "RetentionSchedule",
    "Tracer",
    "convert",
    "count_macs",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'edge_power' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
