"""`edge_power.verify`, `inspect`, `length_costs`: what a bundle holds, what texts cost with it, if it is right."""

from dataclasses import replace
from os import PathLike, fspath
from typing import TYPE_CHECKING

from edge_power_runtime.errors import InputError

if TYPE_CHECKING:
    from edge_power.lengths.expected import LengthCost
    from edge_power_runtime.bundle.manifest import Manifest
    from edge_power_runtime.verify import ProgramCheck


def verify(
    bundle: str | PathLike[str],
    *,
    engine: str | None = None,
    precision: str | None = None,
    atol: float | None = None,
    threads: int = 1,
) -> "dict[str, list[ProgramCheck]]":
    """Compare this machine with a bundle's golden examples, on every engine that is installed.

    Args:
        bundle: its directory.
        engine: onnx, tflite or executorch (ort, litert and et are understood); by default all that are installed.
        precision: fp32, fp16 or int8; by default all.
        atol: largest difference of a logit; by default what the bundle records.
        threads: of one run.

    Returns:
        For each engine, and its precision where that is not fp32, a check of every program; `passed` says how it went.

    Raises:
        InputError: an argument cannot be used; the message names it.
        BundleError: the bundle is malformed.
        EngineError: an engine is not installed, or failed.
        VerificationError: the tokenizer gives other ids than the bundle records.
    """
    from edge_power_runtime import Bundle
    from edge_power_runtime.engines import engine_info
    from edge_power_runtime.verify import verify as check

    if threads < 1:
        raise InputError(f"`threads` is {threads}, must be at least 1")
    opened = Bundle.open(bundle)
    asked = opened.choose_artifacts(engine, precision)
    installed = [item for item in asked if engine_info(item.engine).is_installed]
    return {
        item.title: check(opened, engine=item.engine, precision=item.precision, num_threads=threads, atol=atol)
        for item in ([opened.artifact(engine, precision)] if not installed else installed)
    }


def inspect(bundle: str | PathLike[str], *, engine: str | None = None, precision: str | None = None) -> "Manifest":
    """Tell what a bundle holds: programs, retention, multiply-adds, sizes, agreement.

    Args:
        bundle: its directory.
        engine: onnx, tflite or executorch (ort, litert and et are understood); by default all.
        precision: fp32, fp16 or int8; by default all.

    Returns:
        The manifest; where an engine or a precision is given, with the artifacts of this alone.

    Raises:
        InputError: the bundle has no such artifact.
        BundleError: it is no bundle, or malformed.
    """
    from edge_power_runtime import Bundle

    opened = Bundle.open(bundle)
    if engine is None and precision is None:
        return opened.manifest
    return replace(opened.manifest, artifacts=opened.choose_artifacts(engine, precision), unknown=())


def length_costs(bundle: str | PathLike[str], lengths_from: str | PathLike[str]) -> "list[LengthCost]":
    """Tell what a bundle's lengths cost for the texts of a file, in multiply-adds.

    Args:
        bundle: its directory.
        lengths_from: texts to weigh the lengths by, TSV, CSV or JSON lines (- is standard input), or a data set as
            evaluate takes.

    Returns:
        For each budget the cost of a text: at the bundle's lengths, padded to the largest, and at its own length.

    Raises:
        DataError: a row cannot be read, or there is none.
        BundleError: the bundle is malformed, or has no config.json, which says how large its model is.
        CheckpointError: config.json is of no model that we know.
    """
    from edge_power.data import Source, read_examples
    from edge_power.lengths.bundle import bundle_costs
    from edge_power_runtime import Bundle

    opened = Bundle.open(bundle)
    texts = (example.content for example in read_examples(Source(fspath(lengths_from)), need_labels=False))
    return bundle_costs(opened, texts)
