"""What can be converted for: the engines, and the precisions that each one's converter writes."""

from collections.abc import Sequence

from edge_power_runtime.bundle.artifacts import PRECISIONS
from edge_power_runtime.errors import InputError

ENGINES = ("onnx", "executorch", "tflite")

WRITTEN: dict[str, tuple[str, ...]] = {
    "onnx": ("fp32", "fp16", "int8"),
    "executorch": ("fp32", "int8"),
    "tflite": ("fp32", "fp16", "int8"),
}


def checked_precisions(asked: Sequence[str], engines: Sequence[str]) -> tuple[str, ...]:
    """Check precisions, and put them in the manifest's order, each once.

    Args:
        asked: as a user gave them.
        engines: that are converted for; none means all.

    Raises:
        InputError: none is asked for; one is called otherwise, or an engine lacks it.
    """
    if not asked:
        raise InputError(f"no precision is given; give `precisions` out of {', '.join(PRECISIONS)}")
    for precision in asked:
        if precision not in PRECISIONS:
            raise InputError(f"`precisions` has {precision!r}, must be out of {', '.join(PRECISIONS)}")
        for engine in engines or ENGINES:
            if precision not in WRITTEN[engine]:
                able = ", ".join(name for name in ENGINES if precision in WRITTEN[name]) or "none"
                raise InputError(
                    f"`precisions` has {precision}, which no converter writes for {engine}: that is for {able}; give "
                    f"`engines`, or for {engine} {' or '.join(WRITTEN[engine])}"
                )
    return tuple(precision for precision in PRECISIONS if precision in asked)
