"""Run a bundle of edge-power on a device: text in, label out, with one engine and without torch."""

from edge_power_runtime.bundle import Bundle
from edge_power_runtime.classifier import Classifier, Prediction
from edge_power_runtime.errors import (
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
from edge_power_runtime.retention import RetentionConfig, RetentionSchedule

__version__ = "0.1.0"

__all__ = [
    "Bundle",
    "BundleError",
    "Classifier",
    "EdgePowerError",
    "EngineError",
    "InputError",
    "MissingEngineError",
    "Prediction",
    "RetentionConfig",
    "RetentionError",
    "RetentionSchedule",
    "SchemaVersionError",
    "UnsupportedEngineError",
    "VerificationError",
]
