"""`edge_power.cascade`."""

from collections.abc import Sequence
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING

from edge_power_runtime.reading.parameters import several

if TYPE_CHECKING:
    from edge_power.cascading.record import CascadeRecord
    from edge_power.progress import Progress


def cascade(
    second: str | PathLike[str],
    first: Sequence[str],
    output: str | PathLike[str],
    *,
    train: str | PathLike[str] | None = None,
    select: str | PathLike[str] | None = None,
    dev: str | PathLike[str] | None = None,
    unlabelled: str | PathLike[str] | None = None,
    text_column: str | None = None,
    pair_column: str | None = None,
    label_column: str | None = None,
    max_loss: float = 0.5,
    latency: str | PathLike[str] | None = None,
    bag_mb: float = 4.0,
    distil: float = 0.5,
    engine: str | None = None,
    precision: str | None = None,
    seed: int = 0,
    report: str | PathLike[str] | None = None,
    force: bool = False,
    progress: "Progress | None" = None,
) -> "CascadeRecord":
    """Put a small tier before a bundle, which answers what it is sure of, with a promise of what is lost.

    Args:
        second: the bundle that answers the rest, BUNDLE[:budget].
        first: what is asked before it, bag for a bag tier that is trained here, exits for the second's own, or
            BUNDLE[:budget]; several in the order they are asked, exits last.
        output: directory of the bundle to write: the second's, with what the first needs.
        train: labelled texts that a bag tier is trained on, TSV, CSV or JSON lines, or a data set as evaluate takes.
        select: labelled texts that nothing was trained on, to choose thresholds by; by default a fifth of `train` is
            held out, at most 10,000 rows.
        dev: labelled texts to report on, and for nothing else.
        unlabelled: texts whose answers by the second tier a bag tier learns, too.
        text_column: column of the text; by default text_a, sentence or text.
        pair_column: column of the second text; by default text_b, if there.
        label_column: column of the label; by default label.
        max_loss: points of accuracy that may be lost against the second tier alone, with 95 % confidence.
        latency: report of a profile of the bundles (JSON), by which expected time is made least, of an exit by its
            share of the multiply-adds; by default multiply-adds are, of which a bag tier has none.
        bag_mb: megabytes of the bag tier's file, at most.
        distil: weight of the second tier's answers against labels, where a bag tier is trained.
        engine: of the bundles, that answers here; by default the first installed.
        precision: of the bundles; by default the first there is.
        seed: of what is held out, and of training.
        report: page to write, with every threshold; by default the output's name with -report.html behind it.
        force: replace a bundle and a page that are there.
        progress: is told of the steps.

    Returns:
        What was chosen, with its curve.

    Raises:
        InputError, OptionError: an argument cannot be used; the message names it.
        DataError: the texts cannot be read.
        CascadeError: no thresholds keep the promise, or there are too few rows to make one.
        BundleError, EngineError: a bundle cannot be read, or its engine failed.
        OutputError, ConversionError: the bundle cannot be written.
    """
    from edge_power.cascading.options import Options, TierName
    from edge_power.cascading.run import run
    from edge_power.data import Columns, Source
    from edge_power.progress import Silent

    columns = Columns(text_column, pair_column, label_column, None)

    def source(name: str | PathLike[str] | None) -> Source | None:
        return None if name is None else Source(fspath(name), columns)

    output = Path(output)
    options = Options(
        second=TierName.read(fspath(second), "second"),
        first=tuple(TierName.read(name, "first") for name in several("first", first)),
        output=output,
        report=output.with_name(f"{output.name}-report.html") if report is None else Path(report),
        train=source(train),
        select=source(select),
        dev=source(dev),
        unlabelled=source(unlabelled),
        max_loss=max_loss,
        latency=None if latency is None else Path(latency),
        bag_mb=bag_mb,
        distil=distil,
        engine=engine,
        precision=precision,
        seed=seed,
        force=force,
    )
    return run(options, progress or Silent())
