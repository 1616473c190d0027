"""`edge_power.convert`."""

from collections.abc import Sequence
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from edge_power.api.kept import asked_budgets, chosen_budgets
from edge_power.api.lengths import AutoLengths, asked_lengths
from edge_power.conversion.engines import ENGINES, checked_precisions
from edge_power_runtime.bundle.programs import ANY_LENGTH
from edge_power_runtime.engines import engine_name
from edge_power_runtime.errors import InputError
from edge_power_runtime.reading.lines import STDIN
from edge_power_runtime.reading.parameters import check_choices, several
from edge_power_runtime.tasks import check_threshold

if TYPE_CHECKING:
    from edge_power.model.classifier import PowerForSequenceClassification
    from edge_power.model.retention_file import Budgets
    from edge_power.progress import Progress
    from edge_power_runtime.bundle.manifest import Manifest
    from edge_power_runtime.text import Text


def convert(
    model: "str | PathLike[str] | PowerForSequenceClassification",
    output: str | PathLike[str],
    *,
    engines: Sequence[str] = (),
    precisions: Sequence[str] = ("fp32",),
    lengths: Sequence[int] | Literal["auto"] = (32, 64, 128),
    lengths_from: str | PathLike[str] | None = None,
    max_programs: int | None = None,
    latency: str | PathLike[str] | None = None,
    keep: Sequence[float] | None = None,
    retention: str | PathLike[str] | None = None,
    budget: str | None = None,
    full: bool = True,
    atol: float = 1e-4,
    min_agreement: float = 0.98,
    threshold: float | None = None,
    verify_with: str | PathLike[str] | None = None,
    lowering: Literal["topk", "compare"] | None = None,
    one_process: bool = False,
    tflite_metadata: bool = False,
    dynamic_length: bool = False,
    force: bool = False,
    progress: "Progress | None" = None,
) -> "Manifest":
    """Turn a checkpoint, or a model in memory, into a bundle, checked on every engine.

    Every program is run by the engine that it is for, and compared with the model in PyTorch.

    Args:
        model: checkpoint, a directory with config.json and model.safetensors, or a name on the hub.
        output: directory of the bundle to write.
        engines: what to convert for, onnx, tflite or executorch (ort, litert and et are understood); by default all
            three.
        precisions: fp32, fp16 and int8, an artifact for each; int8 is small and fast, fp16 is half the size.
        lengths: static lengths in tokens, [CLS] and [SEP] included; or auto, those that cost the texts of
            `lengths_from` least.
        lengths_from: texts for `lengths` auto, TSV, CSV or JSON lines (- is standard input), or a data set as evaluate
            takes; the longest of them says the largest length.
        max_programs: of a budget with `lengths` auto: a program for each length, so it is the most lengths; by default
            6.
        latency: report of a profile of this model with a latency table (JSON), by which `lengths` auto makes expected
            time least; by default it makes multiply-adds least.
        keep: fraction of the length that each encoder passes on, such as 0.9,0.8,0.7; the last encoder keeps 1 word.
        retention: JSON file with a schedule, or a configuration for each length.
        budget: name of what `keep` or `retention` says, balanced by default; of several, the one to convert.
        full: also hold the unpruned programs, to compare with; weights are shared.
        atol: largest difference of a logit from eager that is accepted at fp32.
        min_agreement: least fraction of texts with eager's label that is accepted at fp16 and int8.
        threshold: of a multi-label model, labels above this probability are a text's; by default 0.5.
        verify_with: texts to check on (TSV, CSV or JSON lines; - is standard input), besides the built-in ones; int8
            needs some hundreds of your own to be judged by.
        lowering: how words are chosen in the graph; by default each engine's faster way.
        one_process: convert for one engine after the other; two processes take less time and more memory.
        tflite_metadata: also write mediapipe.tflite, which MediaPipe's TextClassifier loads: the first budget at
            the longest length, with the vocabulary and the labels inside.
        dynamic_length: for ONNX Runtime and ExecuTorch, one graph for each budget that takes every length up to the
            largest, so that no text is padded and one session serves all; TFLite keeps a program for each length.
        force: replace a bundle that is there, if nothing else is in it.
        progress: is told of the steps, and how each program compares.

    Returns:
        The manifest, with what was compared.

    Raises:
        InputError: an argument cannot be used; the message names it.
        CheckpointError: the model cannot be read.
        RetentionError: a budget does not fit the model.
        ParityError: a program differs from the model by more than `atol`, or agrees on less than `min_agreement`; no
            bundle is written.
        OutputError: the bundle cannot be written.
        ConversionError: an engine's tools failed.
    """
    # Everything that needs no model is checked first: a typo is answered at once.
    wanted = tuple(dict.fromkeys(map(engine_name, several("engines", engines))))
    asked = asked_lengths(lengths, lengths_from, max_programs, latency)
    if lengths_from is not None and verify_with is not None and fspath(lengths_from) == fspath(verify_with) == STDIN:
        raise InputError("`verify_with` and `lengths_from` both read standard input; give one of them a file")
    if not atol > 0:  # NaN is refused as well
        raise InputError(f"`atol` is {atol}, must be above 0")
    if not 0 <= min_agreement <= 1:
        raise InputError(f"`min_agreement` is {min_agreement}, must be in 0..1")
    rounded = checked_precisions(several("precisions", precisions), wanted)
    if threshold is not None:
        check_threshold(threshold)
    if dynamic_length and wanted and not set(wanted) & set(ANY_LENGTH):
        able = " or ".join(ANY_LENGTH)
        raise InputError(f"`dynamic_length` is for {able}, found {', '.join(wanted)}; add one of them to `engines`")
    check_choices(convert, lowering=lowering)
    named = asked_budgets(keep, retention)
    from edge_power_converters.output.staging import check_output

    source = Path(model) if isinstance(model, str | PathLike) else None
    inputs = [Path(path) for path in (source, retention, verify_with, lengths_from, latency) if path is not None]
    place = check_output(Path(output), force=force, inputs=inputs)
    texts = _read_texts(verify_with)
    auto = None if lengths_from is None else AutoLengths.read(lengths_from, max_programs, latency)

    from edge_power.conversion.convert import convert as write
    from edge_power.conversion.plan import Plan, check_lengths
    from edge_power.model.classifier import PowerForSequenceClassification
    from edge_power.progress import Silent

    told = progress or Silent()
    if not isinstance(model, PowerForSequenceClassification):
        told.begin(f"reading {fspath(model)}")
        model = PowerForSequenceClassification.from_pretrained(model)
    budgets = _budgets(model, budget, named, full=full)
    writing = wanted or ENGINES
    any_length = dynamic_length and set(writing) <= set(ANY_LENGTH)
    chosen = auto.choose(model, budgets, told, any_length=any_length) if auto else asked
    plan = Plan(
        engines=writing,
        precisions=rounded,
        lengths=check_lengths(chosen, model.config.max_positions),
        budgets=budgets,
        lowering=lowering,
        atol=atol,
        min_agreement=min_agreement,
        texts=texts,
        force=force,
        one_process=one_process,
        threshold=threshold,
        tflite_metadata=tflite_metadata,
        dynamic_length=dynamic_length,
    )
    name = "model" if source is None else source.name
    return write(model, Path(output), plan, name=name, progress=told, place=place)


def _read_texts(path: str | PathLike[str] | None) -> "tuple[Text, ...]":
    if path is None:
        return ()
    from edge_power.data import read_examples

    return tuple(item.content for item in read_examples(Path(path), need_labels=False))


def _budgets(model: "PowerForSequenceClassification", name: str | None, named: "Budgets", *, full: bool) -> "Budgets":
    """What to convert: the caller's go before the checkpoint's own; a single budget takes the name that is given."""
    from edge_power.conversion.plan import full_budget
    from edge_power.model.retention_file import checked_budget_name

    budgets = named or model.budgets
    if name is not None and checked_budget_name(name) and len(budgets) == 1:
        budgets = {name: next(iter(budgets.values()))}
    unpruned = full_budget(model) if full or not budgets else {}
    return {**chosen_budgets(budgets, name), **unpruned}
