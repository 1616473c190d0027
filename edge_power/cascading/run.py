"""`cascade`: opens the tiers, trains a bag tier, has all of them answer, chooses, and writes the bundle."""

from collections.abc import Sequence

import numpy as np

from edge_power.cascading.answers import Answers, ask
from edge_power.cascading.bag.learn import planned_steps
from edge_power.cascading.bag.train import Lesson, train_bag
from edge_power.cascading.costs import Costs, costs_of, prices_of
from edge_power.cascading.options import Options
from edge_power.cascading.page import render
from edge_power.cascading.record import CascadeRecord
from edge_power.cascading.rungs import ways
from edge_power.cascading.texts import Labelled, Texts, read_texts
from edge_power.cascading.thresholds.choose import choose
from edge_power.cascading.thresholds.mixture import Tiers
from edge_power.cascading.tiers import open_last, open_rungs
from edge_power.cascading.write import entry_of, write_cascade
from edge_power.errors import OptionError
from edge_power.progress import Progress
from edge_power_converters.output.staging import check_output
from edge_power_runtime.answerer import Answerer
from edge_power_runtime.cascade.bag import BagTier
from edge_power_runtime.model import Classifier
from edge_power_runtime.reading.whole_file import refuse_inputs, write_whole
from edge_power_runtime.text import Text


def run(options: Options, progress: Progress) -> CascadeRecord:
    """Make a cascade; what is wrong is told before any work.

    Raises:
        OptionError: an option does not fit the bundles.
        DataError: the texts cannot be read.
        CascadeError: no thresholds keep the promise, or there are too few rows to make one.
        BundleError, InputError, EngineError: a bundle cannot be read, or its engine failed.
        OutputError, ConversionError: the bundle cannot be written.
    """
    inputs = [tier.path for tier in (options.second, *options.first) if tier.path is not None]
    place = check_output(options.output, force=options.force, inputs=inputs)
    _check_report(options)
    last = open_last(options.second, options.engine, options.precision)
    rungs = open_rungs(options.first, last)
    prices = prices_of(rungs, options.latency)
    progress.begin("reading texts")
    texts = read_texts(options, last.labels)
    bag = _train(options, texts, last, progress) if options.has_bag else None
    bag_tier = None if bag is None else _bag_tier(bag, last)
    answerers = [rung.answerer(bag_tier) for rung in rungs]
    costs = costs_of(prices, answerers, texts.select.texts)
    answers = _ask("asking every tier about the rows to choose by", answerers, costs, texts.select, progress)
    choice = choose(answers, options.max_loss / 100, seed=options.seed, among=ways(rungs))
    dev = None
    if texts.dev is not None:
        dev_answers = _ask("asking every tier about the dev rows", answerers, costs, texts.dev, progress)
        dev = Tiers(dev_answers.asking(choice.places), choice.temperatures)
    asked = [rungs[place] for place in choice.places]
    entry = entry_of(asked, choice)
    record = CascadeRecord(
        name=last.bundle.manifest.name,
        engine=last.artifact.key,
        entry=entry,
        choice=choice,
        left_out=tuple(rung.stage[1] for rung in rungs if rung.stage is not None and rung not in asked),
        dev=None if dev is None else dev.mixture(choice.mixture.thresholds),
        dev_curve=() if dev is None else tuple(dev.mixture(one.thresholds) for one in choice.curve),
        dev_rows=0 if texts.dev is None else len(texts.dev),
        unit=costs.unit,
        trained=0 if bag is None or texts.train is None else len(texts.train) + len(texts.unlabelled),
        bag_bytes=len(bag or b""),
        held_out=len(texts.select) if texts.is_held_out else 0,
    )
    page = render(record)
    progress.begin("writing the bundle")
    write_cascade(place, last.bundle, asked, bag, entry)
    write_whole(options.report, page)
    return record


def _check_report(options: Options) -> None:
    """Refuse a page that cannot be written, before the work."""
    if options.report.exists() and not options.force:
        raise OptionError(f"the page {options.report} exists; add `force` to replace it, or name another with `report`")
    if not options.report.absolute().parent.is_dir():
        raise OptionError(f"`report` {options.report}: there is no directory {options.report.absolute().parent}")
    sources = (options.train, options.select, options.dev, options.unlabelled)
    refuse_inputs(options.report, [options.latency, *(source.name for source in sources if source is not None)])


def _train(options: Options, texts: Texts, last: Classifier, progress: Progress) -> bytes:
    """Train the bag tier on all training texts, and on the last tier's answers to them."""
    assert texts.train is not None
    every: list[Text] = [*texts.train.texts, *texts.unlabelled]
    manifest = last.bundle.manifest
    encoded = [last.encoder.encode(text, manifest.max_length) for text in every]
    taught = None
    if options.distil > 0 or texts.unlabelled:
        progress.begin("asking the second tier about the texts to train on", len(every))
        taught = _logits(last, every, progress)
    progress.begin("training the bag tier", planned_steps(len(every)))
    return train_bag(
        Lesson(encoded, texts.train.truth, taught),
        labels=len(last.labels),
        vocabulary=1 + max(max(one.ids) for one in encoded),
        max_bytes=round(options.bag_mb * 1e6),
        distil=options.distil,
        seed=options.seed,
        progress=progress.advance,
    )


def _logits(last: Classifier, texts: Sequence[Text], progress: Progress) -> np.ndarray:
    found = []
    for text in texts:
        found.append(last(text).logits)
        progress.advance(1)
    return np.array(found)


def _bag_tier(bag: bytes, last: Classifier) -> BagTier:
    return BagTier.from_bytes(bag, last.encoder, last.labels, max_length=last.bundle.manifest.max_length)


def _ask(what: str, answerers: Sequence[Answerer], costs: Costs, rows: Labelled, progress: Progress) -> Answers:
    progress.begin(what, len(rows))
    return ask(answerers, costs, rows.texts, rows.truth, progress=progress.advance)
