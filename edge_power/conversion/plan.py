"""What a conversion shall write: the options as a value, and the programs, stages and recipes that follow from them."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from edge_power.conversion.artifacts import FASTER_LOWERING, Configurations, Stages
from edge_power.conversion.engines import ENGINES
from edge_power.errors import OptionError
from edge_power.model.classifier import PowerForSequenceClassification
from edge_power.model.extract import Lowering
from edge_power.model.retention_file import FULL, Budgets, Retention
from edge_power_converters import Recipe, fp32, reduced
from edge_power_runtime.bundle.artifacts import EXACT
from edge_power_runtime.retention import RetentionSchedule
from edge_power_runtime.text import Text

# Its tools take about as long as those of both others.
SLOWEST = "executorch"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a bundle shall hold.

    Attributes:
        engines: onnx, executorch or tflite, each once.
        precisions: fp32, fp16 or int8, each once; an artifact for each, of each engine.
        lengths: static lengths, each once.
        budgets: by name, the bundle's default first.
        lowering: how extract is written; None takes each engine's faster one.
        atol: the largest difference of a logit from eager that is accepted at fp32.
        min_agreement: the least fraction of texts with eager's label that is accepted at fp16 and int8.
        texts: to compare on, besides the built-in ones.
        force: replace a bundle that is there, if nothing else is in it.
        one_process: convert for one engine after the other: less memory, more time.
        threshold: of a multi-label model, the probability above which a text has a label; None takes 0.5.
        tflite_metadata: also write the first budget at the longest length for MediaPipe's TextClassifier.
        dynamic_length: for engines of ANY_LENGTH, one graph for each budget, which takes any length up to the longest.
    """

    engines: tuple[str, ...] = ENGINES
    precisions: tuple[str, ...] = ("fp32",)
    lengths: tuple[int, ...] = (32, 64, 128)
    budgets: dict[str, Retention] = field(default_factory=dict)
    lowering: Lowering | None = None
    atol: float = 1e-4
    min_agreement: float = 0.98
    texts: tuple[Text, ...] = ()
    force: bool = False
    one_process: bool = False
    threshold: float | None = None
    tflite_metadata: bool = False
    dynamic_length: bool = False


def schedules_of(model: PowerForSequenceClassification, budgets: Budgets) -> dict[str, RetentionSchedule]:
    """What each budget keeps at any length.

    Raises:
        OptionError: a budget has configurations, and so no answer at other lengths.
    """
    found = {}
    for name, retention in budgets.items():
        if retention.schedule is None or retention.configurations:
            raise OptionError(
                f"`dynamic_length` needs what the budget {name} keeps at every length, found configurations for some; "
                "give a schedule"
            )
        found[name] = retention.schedule.for_encoders(model.config.num_encoders)
    return found


def recipes_of(plan: Plan) -> list[Recipe]:
    """What is written, the slowest engine's last."""
    engines = sorted(plan.engines, key=lambda engine: engine == SLOWEST)
    return [_recipe(plan, engine, precision) for engine in engines for precision in plan.precisions]


def _recipe(plan: Plan, engine: str, precision: str) -> Recipe:
    lowering = plan.lowering or FASTER_LOWERING[engine]
    if precision == EXACT:
        return fp32(engine, lowering, atol=plan.atol)
    return reduced(engine, precision, lowering, label_agreement=plan.min_agreement)


def full_budget(model: PowerForSequenceClassification) -> Budgets:
    """All words, to compare with."""
    return {FULL: Retention(schedule=RetentionSchedule.full(model.config.num_encoders))}


def default_budgets(model: PowerForSequenceClassification) -> Budgets:
    """The model's own budgets, if it has some, and all words."""
    return {**model.budgets, **full_budget(model)}


def check_lengths(lengths: Iterable[int], longest: int) -> tuple[int, ...]:
    """Check lengths and put them in order.

    Raises:
        OptionError: one is below 2, repeated, or beyond the position table.
    """
    found = tuple(lengths)
    for length in found:
        if length < 2:
            raise OptionError(f"length {length} cannot hold [CLS] and [SEP]; give `lengths` of at least 2")
        if length > longest:
            raise OptionError(
                f"length {length} exceeds the model's position table of {longest}; give `lengths` of at most {longest}"
            )
        if found.count(length) > 1:
            raise OptionError(f"length {length} is given twice; give each of `lengths` once")
    if not found:
        raise OptionError("no length is given; give `lengths` such as 32")
    return tuple(sorted(found))


def stages_of(model: PowerForSequenceClassification, configurations: Configurations) -> Stages:
    """Names of the stages of programs: of a model with exits all but the unpruned, unless there are no others."""
    pruned = [program for program, (budget, _) in configurations.items() if budget != FULL]
    ends = (*model.config.exits, model.config.num_encoders)
    begins = (1, *(behind + 1 for behind in model.config.exits))
    return {
        f"{program}_{first}-{last}": (program, first, last)
        for program in (pruned or configurations if model.config.exits else ())
        for first, last in zip(begins, ends, strict=True)
    }


def configurations_of(
    model: PowerForSequenceClassification, budgets: dict[str, Retention], lengths: Iterable[int]
) -> Configurations:
    """Program names with their budget and configuration."""
    checked = check_lengths(lengths, model.config.max_positions)
    return {
        f"{budget}_{length}": (budget, retention.at(length, encoders=model.config.num_encoders))
        for budget, retention in budgets.items()
        for length in checked
    }
