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
    from edge_power.android_app.write import AndroidProject
    from edge_power.api.android import android
    from edge_power.api.cascade import cascade
    from edge_power.api.check import inspect, length_costs, verify
    from edge_power.api.convert import convert
    from edge_power.api.evaluate import evaluate
    from edge_power.api.explain import explain
    from edge_power.api.fit import fit
    from edge_power.api.profile import profile
    from edge_power.cascading.record import CascadeRecord
    from edge_power.conversion.tracing import Tracer
    from edge_power.data import DataError
    from edge_power.errors import CascadeError, CheckpointError, FitError, NoClassifierError, OptionError
    from edge_power.evaluation import Evaluation
    from edge_power.explaining.explanation import Explanation
    from edge_power.fitting.record import FitRecord
    from edge_power.lengths.expected import LengthCost
    from edge_power.model.classifier import PowerEncoder, PowerForSequenceClassification
    from edge_power.model.macs import count_macs
    from edge_power.profiling.devices.reach.errors import DeviceError
    from edge_power.progress import Progress
    from edge_power_converters import ConversionError, OutputError, ParityError
    from edge_power_runtime import (
        Bundle,
        BundleError,
        Classifier,
        EdgePowerError,
        EngineError,
        InputError,
        Prediction,
        RetentionConfig,
        RetentionError,
        RetentionSchedule,
        VerificationError,
    )
    from edge_power_runtime.bundle.manifest import Manifest
    from edge_power_runtime.profiler.judge.compare import compare
    from edge_power_runtime.profiler.options import Options as ProfileOptions
    from edge_power_runtime.profiler.report.file import load_report
    from edge_power_runtime.profiler.report.record import Report
    from edge_power_runtime.verify import ProgramCheck

__version__ = "0.1.0"

# Where each name is, and what it is called there, if otherwise.
_HOMES = {
    "AndroidProject": "edge_power.android_app.write",
    "Bundle": "edge_power_runtime",
    "BundleError": "edge_power_runtime",
    "CascadeError": "edge_power.errors",
    "CascadeRecord": "edge_power.cascading.record",
    "CheckpointError": "edge_power.errors",
    "Classifier": "edge_power_runtime",
    "ConversionError": "edge_power_converters",
    "DataError": "edge_power.data",
    "DeviceError": "edge_power.profiling.devices.reach.errors",
    "EdgePowerError": "edge_power_runtime",
    "EngineError": "edge_power_runtime",
    "Evaluation": "edge_power.evaluation",
    "Explanation": "edge_power.explaining.explanation",
    "FitError": "edge_power.errors",
    "FitRecord": "edge_power.fitting.record",
    "InputError": "edge_power_runtime",
    "LengthCost": "edge_power.lengths.expected",
    "Manifest": "edge_power_runtime.bundle.manifest",
    "NoClassifierError": "edge_power.errors",
    "OptionError": "edge_power.errors",
    "OutputError": "edge_power_converters",
    "ParityError": "edge_power_converters",
    "PowerEncoder": "edge_power.model.classifier",
    "PowerForSequenceClassification": "edge_power.model.classifier",
    "Prediction": "edge_power_runtime",
    "ProfileOptions": "edge_power_runtime.profiler.options:Options",
    "ProgramCheck": "edge_power_runtime.verify",
    "Progress": "edge_power.progress",
    "Report": "edge_power_runtime.profiler.report.record",
    "RetentionConfig": "edge_power_runtime",
    "RetentionError": "edge_power_runtime",
    "RetentionSchedule": "edge_power_runtime",
    "Tracer": "edge_power.conversion.tracing",
    "VerificationError": "edge_power_runtime",
    "android": "edge_power.api.android",
    "cascade": "edge_power.api.cascade",
    "compare": "edge_power_runtime.profiler.judge.compare",
    "convert": "edge_power.api.convert",
    "count_macs": "edge_power.model.macs",
    "evaluate": "edge_power.api.evaluate",
    "explain": "edge_power.api.explain",
    "fit": "edge_power.api.fit",
    "inspect": "edge_power.api.check",
    "length_costs": "edge_power.api.check",
    "load_report": "edge_power_runtime.profiler.report.file",
    "profile": "edge_power.api.profile",
    "verify": "edge_power.api.check",
}

__all__ = [
    "AndroidProject",
    "Bundle",
    "BundleError",
    "CascadeError",
    "CascadeRecord",
    "CheckpointError",
    "Classifier",
    "ConversionError",
    "DataError",
    "DeviceError",
    "EdgePowerError",
    "EngineError",
    "Evaluation",
    "Explanation",
    "FitError",
    "FitRecord",
    "InputError",
    "LengthCost",
    "Manifest",
    "NoClassifierError",
    "OptionError",
    "OutputError",
    "ParityError",
    "PowerEncoder",
    "PowerForSequenceClassification",
    "Prediction",
    "ProfileOptions",
    "ProgramCheck",
    "Progress",
    "Report",
    "RetentionConfig",
    "RetentionError",
    "RetentionSchedule",
    "Tracer",
    "VerificationError",
    "android",
    "cascade",
    "compare",
    "convert",
    "count_macs",
    "evaluate",
    "explain",
    "fit",
    "inspect",
    "length_costs",
    "load_report",
    "profile",
    "verify",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'edge_power' has no attribute {name!r}")
    home, _, own_name = _HOMES[name].partition(":")
    return getattr(import_module(home), own_name or name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
