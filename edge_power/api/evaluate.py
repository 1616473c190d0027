"""`edge_power.evaluate`."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING

from edge_power_runtime.bundle.manifest import MANIFEST_FILE
from edge_power_runtime.errors import InputError
from edge_power_runtime.reading.parameters import several
from edge_power_runtime.tasks import check_threshold

if TYPE_CHECKING:
    from edge_power.data import Kept, Source
    from edge_power.evaluation import Evaluation, Predictor
    from edge_power.model.classifier import PowerForSequenceClassification
    from edge_power.model.retention_file import Retention
    from edge_power.progress import Progress
    from edge_power_runtime import Classifier

DEFAULT_LENGTHS = (32, 64, 128)


def evaluate(
    model: "str | PathLike[str] | PowerForSequenceClassification | Classifier",
    data: "str | PathLike[str] | Source | Kept",
    *,
    text_column: str | None = None,
    pair_column: str | None = None,
    label_column: str | None = None,
    label_separator: str | None = None,
    engine: str | None = None,
    precision: str | None = None,
    budget: str | None = None,
    threads: int = 1,
    max_loaded_programs: int | None = None,
    lengths: Sequence[int] | None = None,
    keep: Sequence[float] | None = None,
    threshold: float | None = None,
    progress: "Progress | None" = None,
) -> "Evaluation":
    """Score a bundle or a checkpoint on labelled texts; either may be in memory, as a `Classifier` or a model.

    Args:
        model: bundle, or checkpoint, a directory or a name on the hub.
        data: labelled texts, TSV, CSV or JSON lines (- is stdin), DIR[@SPLIT] of datasets, or NAME[:CONFIG][@SPLIT] on
            its hub.
        text_column: column of the text; by default text_a, sentence or text.
        pair_column: column of the second text; by default text_b, if there.
        label_column: column of the label; by default label, or labels for several.
        label_separator: what stands between several labels of a row; by default | in a table's column labels.
        engine: of a bundle, onnx, tflite or executorch (ort, litert and et are understood); by default the first
            installed.
        precision: of a bundle, fp32, fp16 or int8; by default the first there is.
        budget: of a bundle, or of a checkpoint's retention.json; or a bundle's cascade. By default the bundle's first
            cascade, else the first budget.
        threads: of one run.
        max_loaded_programs: of a bundle, how many are loaded at once; beyond, the least recently used is dropped. By
            default there is no limit.
        lengths: of a model, in PyTorch, lengths to pad to; by default 32,64,128, as far as it goes.
        keep: of a model, fraction of the length that each encoder passes on; by default its own retention.json, or all.
        threshold: of a multi-label model, labels above this probability are a text's; by default the bundle's, or 0.5.
        progress: is told of the rows.

    Returns:
        The metrics of the task, and what a text costs.

    Raises:
        InputError: an argument cannot be used; the message names it.
        DataError: a row cannot be read, or has a label that the model does not know.
        BundleError, CheckpointError: the model cannot be read.
    """
    from edge_power.data import Columns, Source, count_rows
    from edge_power.data import keep as ready
    from edge_power.evaluation import BundlePredictor
    from edge_power.evaluation import evaluate as score
    from edge_power.progress import Silent
    from edge_power_runtime import Classifier

    place = Path(model) if isinstance(model, str | PathLike) else None
    check_target(model, engine or precision or max_loaded_programs is not None, budget, lengths, keep)
    if threads < 1:
        raise InputError(f"`threads` is {threads}, must be at least 1")
    if threshold is not None:
        check_threshold(threshold)
    if isinstance(data, str | PathLike):
        data = Source(fspath(data), Columns(text_column, pair_column, label_column, label_separator))
    source = ready(data, need_labels=True) if isinstance(data, Source) else data
    rows = count_rows(source)
    told = progress or Silent()
    told.begin(f"evaluating {place or 'the model'}", rows)
    if place is not None and is_bundle_at(place):
        model = Classifier.open(
            place,
            engine=engine,
            precision=precision,
            budget=budget,
            num_threads=threads,
            max_loaded_programs=max_loaded_programs,
        )
    if isinstance(model, Classifier):
        if threshold is not None:
            model = Classifier(model.model, model.budget, task=model.bundle.manifest.answers(threshold=threshold))
        return score(BundlePredictor(model), source, progress=told.advance)
    with _torch_threads(threads):
        return score(_of_model(model, budget, lengths, keep, threshold), source, progress=told.advance)


def check_target(model: object, of_engine: object, budget: object, lengths: object, keep: object) -> None:
    """Refuse what means nothing for a bundle, or for a model, or says twice what to keep.

    Args:
        model: what is scored.
        of_engine: whatever is asked of a bundle's engine.
        budget: what to keep, by name.
        lengths: to pad to.
        keep: what to keep.

    Raises:
        InputError: something does.
    """
    from edge_power_runtime import Classifier

    if budget is not None and keep is not None:
        raise InputError("`keep` and `budget` both say what to keep; give one of them")
    place = Path(model) if isinstance(model, str | PathLike) else None
    name = "the model" if place is None else place
    if isinstance(model, Classifier) or is_bundle_at(place):
        if lengths is not None or keep is not None:
            raise InputError(
                f"{name} is a bundle, whose lengths and retention are fixed; leave out `lengths` and `keep`"
            )
    elif of_engine:
        wrong = "`engine`, `precision` and `max_loaded_programs`"
        raise InputError(f"{name} is no bundle, and runs in PyTorch; leave out {wrong}")


def is_bundle_at(place: Path | None) -> bool:
    """Whether a bundle is there."""
    return place is not None and (place / MANIFEST_FILE).exists()


def _of_model(
    model: "str | PathLike[str] | PowerForSequenceClassification",
    budget: str | None,
    lengths: Sequence[int] | None,
    keep: Sequence[float] | None,
    threshold: float | None,
) -> "Predictor":
    from edge_power.evaluation import EagerPredictor
    from edge_power.model.classifier import PowerForSequenceClassification

    if not isinstance(model, PowerForSequenceClassification):
        model = PowerForSequenceClassification.from_pretrained(model)
    longest = model.config.max_positions
    padded = tuple(length for length in DEFAULT_LENGTHS if length <= longest) or (longest,)
    asked = padded if lengths is None else several("lengths", lengths)
    return EagerPredictor(model, asked, _retention(model, budget, keep), threshold=threshold)


@contextmanager
def _torch_threads(count: int) -> Iterator[None]:
    """Let PyTorch use so many threads for a while; their number is the whole process's."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _retention(
    model: "PowerForSequenceClassification", budget: str | None, keep: Sequence[float] | None
) -> "Retention | None":
    """What to score; None keeps all."""
    from edge_power.api.kept import asked_budgets
    from edge_power.model.retention_file import FULL

    own: dict[str, Retention | None] = {**(asked_budgets(keep, None) or model.budgets), FULL: None}
    name = budget or next(iter(own))
    if name not in own:
        raise InputError(f"no budget {name!r}; there are: {', '.join(own)}")
    return own[name]
