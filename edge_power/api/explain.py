"""`edge_power.explain`."""

from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from edge_power.api.files import check_files
from edge_power.api.kept import asked_budgets, chosen_budgets
from edge_power_runtime.bundle.manifest import MANIFEST_FILE
from edge_power_runtime.errors import InputError
from edge_power_runtime.tasks import check_threshold

if TYPE_CHECKING:
    from edge_power.explaining.explanation import Explanation
    from edge_power.model.classifier import PowerForSequenceClassification
    from edge_power_runtime.text import Text


def explain(
    model: "str | PathLike[str] | PowerForSequenceClassification",
    text: "Text",
    *,
    keep: Sequence[float] | None = None,
    retention: str | PathLike[str] | None = None,
    engine: str | None = None,
    precision: str | None = None,
    budget: str | None = None,
    threshold: float | None = None,
    html: str | PathLike[str] | None = None,
    force: bool = False,
) -> "Explanation":
    """Show the words of a text that survive each encoder of a checkpoint, of a model in memory, or of a bundle.

    Args:
        model: checkpoint, a directory or a name on the hub; or a bundle.
        text: a text, or two.
        keep: of a checkpoint, fraction of the length that each encoder passes on; by default its retention.json.
        retention: of a checkpoint, JSON file, as convert takes it.
        engine: of a bundle, onnx, tflite or executorch (ort, litert and et are understood); by default the first
            installed.
        precision: of a bundle, fp32, fp16 or int8; by default the first there is.
        budget: of a bundle, or of a retention.json that has several; or a bundle's cascade. By default the bundle's
            first cascade, else the first budget.
        threshold: of a multi-label model, labels above this probability are a text's; by default the bundle's, or 0.5.
        html: also write the picture as a page.
        force: replace the page if it exists.

    Returns:
        The words, what each encoder keeps of them, and the model's answer.

    Raises:
        InputError: an argument cannot be used, and the message names it; or the page cannot be written.
        CheckpointError: the model cannot be read, or answers with no finite number.
        BundleError: the bundle is malformed.
        RetentionError: `keep` or `retention` does not fit the model.
    """
    source = Path(model) if isinstance(model, str | PathLike) else None
    is_bundle = source is not None and (source / MANIFEST_FILE).exists()
    if is_bundle and (keep is not None or retention is not None):
        raise InputError(f"{source} is a bundle, whose retention is fixed; leave out `keep` and `retention`")
    if not is_bundle and (engine or precision):
        raise InputError(
            f"{source or 'the model'} is no bundle, and runs in PyTorch; leave out `engine` and `precision`"
        )
    if threshold is not None:
        check_threshold(threshold)
    if html is not None:
        check_files([Path(html)], force=force, inputs=[source, retention])
    elif force:
        raise InputError("`force` is for the page; give `html` with it")
    if is_bundle:
        assert source is not None
        from edge_power.explaining.sources import explain_bundle
        from edge_power_runtime import Classifier

        opened = Classifier.open(source, engine=engine, precision=precision, budget=budget, threshold=threshold)
        explanation = explain_bundle(opened, text)
    else:
        explanation = _of_checkpoint(model, text, budget, keep, retention, threshold)
    if html is not None:
        from edge_power.explaining.page import page
        from edge_power_runtime.profiler.report.file import write_file

        check_files([Path(html)], force=force, inputs=[])  # the work took a while
        write_file(Path(html), page(explanation))
    return explanation


def _of_checkpoint(
    model: "str | PathLike[str] | PowerForSequenceClassification",
    text: "Text",
    budget: str | None,
    keep: Sequence[float] | None,
    file: str | PathLike[str] | None,
    threshold: float | None,
) -> "Explanation":
    named = asked_budgets(keep, file)

    from edge_power.explaining.sources import explain_checkpoint
    from edge_power.model.classifier import PowerForSequenceClassification

    name = "model"
    if not isinstance(model, PowerForSequenceClassification):
        name = Path(model).name
        model = PowerForSequenceClassification.from_pretrained(model)
    budgets = chosen_budgets(named or model.budgets, budget)
    if not budgets:
        raise InputError(
            f"{name} has no retention.json, and so drops nothing; say what to keep with `keep` "
            f"({model.config.num_encoders - 1} fractions such as 0.9,0.8) or `retention`"
        )
    return explain_checkpoint(model, text, next(iter(budgets.values())), source=name, threshold=threshold)
