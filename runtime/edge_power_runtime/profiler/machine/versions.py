"""Versions of what ran, as the packages themselves are installed."""

import platform
from collections.abc import Collection
from importlib.metadata import PackageNotFoundError, version

from edge_power_runtime import __version__

_COMMON = ("numpy", "tokenizers")
# Distributions by engine; those of the alternatives that are absent are left out.
_ENGINES = {
    "onnx": ("onnxruntime",),
    "tflite": ("ai-edge-litert", "tflite-runtime"),
    "executorch": ("executorch", "torch"),
}


def versions_of(engines: Collection[str]) -> dict[str, str]:
    """Give the versions of Python, this runtime, its dependencies and the packages of `engines`, by name."""
    found = {"python": platform.python_version(), "edge-power-runtime": __version__}
    for name in (*_COMMON, *(name for engine in _ENGINES for name in _ENGINES[engine] if engine in engines)):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue  # an alternative that is absent, or a package without its metadata, as apps strip them
    return found
