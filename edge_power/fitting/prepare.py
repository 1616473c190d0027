"""The texts and the model of a fit, read and checked before anything is trained."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from edge_power.data import DataError, Example, Source, read_examples, source_labels
from edge_power.errors import NoClassifierError, OptionError
from edge_power.fitting.cost import Cost
from edge_power.fitting.latency import check_table, read_table
from edge_power.fitting.options import FitOptions
from edge_power.fitting.texts.dataset import TokenizedExamples, hold_out, tokenize
from edge_power.fitting.texts.score import beats_a_constant, predict
from edge_power.fitting.training.phase import Texts
from edge_power.model.classifier import PowerForSequenceClassification
from edge_power.model.tokenizer import text_encoder
from edge_power.progress import Progress
from edge_power.tasks.target import Target, infer_target

HELD_OUT = 0.1

# Attention is quadratic, and the sums of a longer text tell little more: cut at this unless asked otherwise.
LONGEST = 512


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a fit begins with.

    Attributes:
        model: whole, in evaluation mode.
        answers: of a model that is fine-tuned already, its logits of the texts to choose by, float32 (texts, labels).
            None where it has no head for these labels, or one that does not know the task: any two classes may be
            called 0 and 1.
        texts: to train on and to choose by.
        dev: to report on; None without a dev file.
        metric: to choose by and report.
        cost: of schedules of the whole model, on the texts to choose by.
    """

    model: PowerForSequenceClassification
    answers: np.ndarray | None
    texts: Texts
    dev: TokenizedExamples | None
    metric: str
    cost: Cost

    @property
    def truncated(self) -> int:
        """How many texts were cut."""
        return sum(part.truncated for part in (self.texts.train, self.texts.select, self.dev) if part is not None)


def prepare(options: FitOptions, progress: Progress) -> Prepared:
    """Read the texts, decide what is learned, and read the model.

    Raises:
        DataError: texts or labels make no sense.
        CheckpointError: the model cannot be read, or has no tokenizer.
        OptionError: an option does not fit the model or the task.
    """
    table = None if options.latency is None else read_table(options.latency)
    progress.begin(f"reading {options.train}", 1)
    examples = list(read_examples(options.train, need_labels=True))
    labels = options.labels or source_labels(options.train)
    torch.manual_seed(options.seed)  # of a new classifier's weights
    model, target = _read_model(options, examples, labels)
    metric = _metric(target, options.metric)
    tokens = _Tokenizing(options, model, target, progress)
    train = tokens.of(examples, options.train)
    select = tokens.read(options.select)
    train, select = (train, select) if select is not None else hold_out(train, HELD_OUT, seed=options.seed)
    answers = predict(model, select) if target.fine_tuned else None
    if answers is not None and not beats_a_constant(answers, select):
        progress.line(f"{options.model} has a head for such labels that is no better than a constant; fine-tuning it")
        answers = None
    if table is not None:
        check_table(table, model.config.num_encoders)
    cost = Cost.of(model.config, select.lengths, table=table)
    return Prepared(model, answers, Texts(train, select), tokens.read(options.dev), metric, cost)


@dataclass(frozen=True, slots=True)
class _Known(Target):
    """A target, and whether the checkpoint was fine-tuned for it."""

    fine_tuned: bool = False


def _read_model(
    options: FitOptions, examples: Sequence[Example], labels: Sequence[str] | None
) -> tuple[PowerForSequenceClassification, _Known]:
    """Read a classifier for these labels, or the encoder alone under a new head."""
    target = infer_target(examples, task=options.task, labels=labels, path=options.train)
    try:
        model = PowerForSequenceClassification.from_pretrained(options.model)
    except NoClassifierError:
        pass
    else:
        known = _Known(model.config.task, model.config.labels, fine_tuned=True)
        model.put_exits(())  # they would be of other weights soon
        if _fits(known, target, examples, named=labels is not None):
            return model, known
    model = PowerForSequenceClassification.from_encoder(options.model, target.labels, task=target.task)
    return model, _Known(target.task, target.labels)


def _fits(known: Target, target: Target, examples: Sequence[Example], *, named: bool) -> bool:
    """Whether a checkpoint's own labels are those of the data, by name or by number."""
    if known.task != target.task or len(known.labels) != len(target.labels):
        return False
    if named and known.labels != target.labels:
        return False
    try:
        known.convert(examples)
    except DataError:
        return False
    return True


def _metric(target: Target, named: str | None) -> str:
    task = target.learned
    have, metric = task.metric_names(len(target.labels)), named or task.default_metric
    if metric not in have:
        raise OptionError(f"the metric {metric!r} is none of a {target.task}'s; choose from: {', '.join(have)}")
    return metric


class _Tokenizing:
    """Turns labelled texts into tokens, for one model and target."""

    def __init__(
        self, options: FitOptions, model: PowerForSequenceClassification, target: Target, progress: Progress
    ) -> None:
        longest = model.config.max_positions
        cut = min(LONGEST, longest) if options.max_length is None else options.max_length
        if not 3 <= cut <= longest:
            raise OptionError(f"`max_length` is {cut}, must be in 3..{longest}, the positions of this model")
        self._encoder, self._cut = text_encoder(model), cut
        self._target, self._progress = target, progress

    def of(self, examples: Sequence[Example], source: Source) -> TokenizedExamples:
        """Tokenize what was read from `source`."""
        self._progress.begin(f"tokenizing {source}", len(examples))
        return tokenize(
            examples,
            self._encoder,
            lambda chunk: self._target.convert(chunk, path=source),
            task=self._target.task,
            max_length=self._cut,
            progress=self._progress.advance,
        )

    def read(self, source: Source | None) -> TokenizedExamples | None:
        """Read and tokenize a source, if there is one."""
        return None if source is None else self.of(list(read_examples(source, need_labels=True)), source)


def mean_length(texts: TokenizedExamples) -> float:
    """Tokens of a text, on average."""
    return float(np.mean(texts.lengths))
