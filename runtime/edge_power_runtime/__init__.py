"""Run a bundle of edge-power on a device: text in, label out, with one engine and without torch."""

import os
import sys

# `python -m` of this package looks for modules in the working directory first, where somebody else's `numpy.py` may
# lie; only a checkout of ours is meant. While Python still looks for the package, the program's name is `-m`.
if (
    sys.argv[:1] == ["-m"]
    and sys.orig_argv[-len(sys.argv)].removeprefix("-m").split(".")[0] == __name__
    and not sys.flags.safe_path
    and sys.path[0] != os.path.dirname(os.path.dirname(__file__))
):
    del sys.path[0]

from edge_power_runtime.answerer import Answerer, Span  # noqa: E402
from edge_power_runtime.bundle.bundle import Bundle  # noqa: E402
from edge_power_runtime.cascade.cascade import Cascade  # noqa: E402
from edge_power_runtime.cascade.counts import TierCount  # noqa: E402
from edge_power_runtime.errors import (  # noqa: E402
    BundleError,
    EdgePowerError,
    EngineError,
    InputError,
    MissingEngineError,
    RetentionError,
    SchemaVersionError,
    UnsupportedEngineError,
    VerificationError,
)
from edge_power_runtime.model import Classifier, Model  # noqa: E402
from edge_power_runtime.prediction import Prediction, Step, TierRun  # noqa: E402
from edge_power_runtime.retention import RetentionConfig, RetentionSchedule  # noqa: E402

__version__ = "0.1.0"

__all__ = [
    "Answerer",
    "Bundle",
    "BundleError",
    "Cascade",
    "Classifier",
    "EdgePowerError",
    "EngineError",
    "InputError",
    "MissingEngineError",
    "Model",
    "Prediction",
    "RetentionConfig",
    "RetentionError",
    "RetentionSchedule",
    "SchemaVersionError",
    "Span",
    "Step",
    "TierCount",
    "TierRun",
    "UnsupportedEngineError",
    "VerificationError",
]
