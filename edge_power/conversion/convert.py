"""`convert`: a checkpoint becomes a bundle that was checked on every engine before it was written."""

import json
import os
import reprlib
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

from edge_power.conversion import told
from edge_power.conversion.acceptance import for_references
from edge_power.conversion.against_transformers import SourceReport, compare_with_transformers
from edge_power.conversion.artifacts import Order, write_artifact
from edge_power.conversion.bundle_readme import write_readme
from edge_power.conversion.plan import Plan, configurations_of, default_budgets, recipes_of, schedules_of, stages_of
from edge_power.conversion.references import (
    CheckedText,
    encode_texts,
    fitting,
    golden_examples,
    golden_output,
    make_all_references,
    make_unpadded_references,
    of_stage,
)
from edge_power.conversion.second_process import SecondProcess
from edge_power.conversion.sentences import PAIRS, SENTENCES, questions
from edge_power.conversion.text_classifier import TEXT_CLASSIFIER_FILE, mediapipe_vocabulary, write_text_classifier
from edge_power.conversion.tracing import Tracer
from edge_power.errors import OptionError
from edge_power.model.checkpoint.checks import check_finite
from edge_power.model.classifier import PowerForSequenceClassification
from edge_power.model.macs import count_macs, count_stage
from edge_power.model.tokenizer import save_tokenizer, text_encoder, tokenizer_entry
from edge_power.progress import Progress, Silent
from edge_power_converters import (
    ConversionError,
    ProgramParity,
    Recipe,
    Reference,
    check_artifact,
    staged_directory,
)
from edge_power_converters.output.staging import Place, check_output
from edge_power_converters.program import file_entries
from edge_power_runtime.bundle.artifacts import EXACT, PRECISIONS, Artifact
from edge_power_runtime.bundle.budgets import Budget, Configuration
from edge_power_runtime.bundle.bundle import Bundle
from edge_power_runtime.bundle.golden import GoldenOutput
from edge_power_runtime.bundle.manifest import GOLDEN_FILE, MANIFEST_FILE, SCHEMA_VERSION, Manifest
from edge_power_runtime.bundle.programs import ANY_LENGTH, Program
from edge_power_runtime.bundle.seal import write_manifest
from edge_power_runtime.errors import BundleError, InputError
from edge_power_runtime.retention import RetentionConfig
from edge_power_runtime.tasks import Task, task_named
from edge_power_runtime.text import Text


def convert(
    model: PowerForSequenceClassification,
    output: Path,
    plan: Plan,
    *,
    name: str = "model",
    progress: Progress | None = None,
    place: Place | None = None,
) -> Manifest:
    """Convert a model for the planned engines, check eager against transformers and programs against eager, and write.

    Args:
        model: with a tokenizer, in evaluation mode.
        output: the bundle's directory.
        plan: what it shall hold; no budget means the model's own retention and `full`, or `full` alone.
        name: goes into the manifest.
        progress: is told of the steps.
        place: what `check_output` said of `output` before the model was read; None looks now.

    Returns:
        The manifest, parity filled in.

    Raises:
        OptionError: the plan cannot be carried out.
        InputError: the threshold is outside (0, 1), or the model has one label a text.
        RetentionError: a budget does not fit the model.
        ParityError: a program differs from eager, or eager from transformers; nothing was written.
        OutputError: the bundle cannot be written, or something came to stand in its place meanwhile.
        ConversionError: an engine's tools failed, or the bundle cannot be read back; nothing was written.
        CheckpointError: the model answers a text with NaN.
    """
    task = task_named(model.config.task, threshold=plan.threshold)
    with staged_directory(place or check_output(output, force=plan.force)) as directory:
        job = _Job(model, task, directory, plan, progress or Silent())
        manifest = job.run(name)
        write_manifest(directory, manifest.to_json().encode())
        _read_back(directory, manifest)
    return manifest


def _read_back(directory: Path, manifest: Manifest) -> None:
    """Open what was written as a device will, before it is called a bundle."""
    try:
        bundle = Bundle.open(directory)
        bundle.check(manifest.listed)
        if bundle.manifest != manifest:
            raise BundleError(f"{MANIFEST_FILE} reads as another one than was written")
    except BundleError as error:
        raise ConversionError(f"the bundle cannot be read back, so none was written: {error}") from error


class _Job:
    """One conversion under way."""

    def __init__(
        self, model: PowerForSequenceClassification, task: Task, directory: Path, plan: Plan, progress: Progress
    ) -> None:
        self.model, self.task, self.directory, self.plan, self.progress = model, task, directory, plan, progress
        self.budgets = plan.budgets or default_budgets(model)
        self.configurations = configurations_of(model, self.budgets, plan.lengths)
        self.stages = stages_of(model, self.configurations)
        macs = {name: self._macs(*stage) for name, stage in self.stages.items()}
        # While this process writes those of the slowest engine, a second one writes the others.
        self.schedules = schedules_of(model, self.budgets) if plan.dynamic_length else {}
        orders = [self._order(recipe, macs) for recipe in recipes_of(plan)]
        self.without_stages = [order.recipe for order in orders if self.stages and not order.stages]
        if len(self.without_stages) == len(orders):
            self.stages = {}  # of no artifact
        self.own = [order for order in orders if order.recipe.engine == orders[-1].recipe.engine]
        self.others = orders[: -len(self.own)]
        self.tracer = Tracer(model)
        self.telling, self.begun = threading.Lock(), 0
        save_tokenizer(model, directory)
        self.tokenizer_files = sorted(directory.iterdir())
        self.vocabulary = mediapipe_vocabulary(model, directory) if plan.tflite_metadata else None
        self.encoder, self.longest = text_encoder(model), max(plan.lengths)
        # The empty text fits every program.
        texts = [*plan.texts, *SENTENCES, *self._questions(), *self._pairs(), self._spelled_out(), ""]
        self.texts = encode_texts(self.encoder, texts, self.longest)
        self.references: dict[str, tuple[list[CheckedText], list[Reference]]] = {}
        self.answers: dict[str, dict[str, tuple[GoldenOutput, ...]]] = {}
        self.unpadded_references: dict[str, dict[int, Reference]] = {}
        self.unpadded: dict[str, dict[str, tuple[GoldenOutput, ...]]] = {}

    def run(self, name: str) -> Manifest:
        programs = len(self.configurations)
        orders = [*self.own, *self.others]
        checks = sum(2 * programs if order.schedules else programs + len(order.stages) for order in orders)
        steps = 1 + programs + sum(order.steps for order in orders) + checks + (self.vocabulary is not None)
        self.progress.begin("converting", steps)
        with self._written_meanwhile(self.others) as artifacts:
            source = self._compare_with_transformers()
            self._make_references()
            found = [self._check(self._write(order)) for order in self.own]
            found += (self._check(artifact) for artifact in artifacts)
        for recipe in self.without_stages:
            self.progress.line(told.no_stages(recipe))
        shared = file_entries(self.directory, [*self.tokenizer_files, *self._write_side_files(name)])
        manifest = Manifest(
            schema_version=SCHEMA_VERSION,
            name=name,
            architecture=self.model.config.architecture,
            task=self.task.name,
            labels=self.model.config.labels,
            threshold=self.task.threshold,
            max_length=max(self.plan.lengths),
            tokenizer=tokenizer_entry(self.model),
            files=shared,
            budgets=tuple(self._describe(budget) for budget in self.budgets),
            artifacts=tuple(sorted(found, key=self._place)),
            versions={package: version(package) for package in ("torch", "transformers", "tokenizers")},
            created_by=f"edge-power {version('edge-power')}",
        )
        return write_readme(self.directory, manifest, source)

    @contextmanager
    def _written_meanwhile(self, orders: Sequence[Order]) -> Iterator[Iterator[Artifact]]:
        """Artifacts of a second process, in this order; without one each is written when it is asked for."""
        if not orders or self.plan.one_process or (os.cpu_count() or 1) == 1:
            yield (self._write(order) for order in orders)
            return
        job = self.directory.with_name("side") / "second-process"  # in no bundle, and removed with its directory
        with SecondProcess(self.model, orders, self.directory, job, self._step) as process:
            yield (process.next_artifact() for _ in orders)

    def _write(self, order: Order) -> Artifact:
        return write_artifact(self.tracer, order, self.directory, self._step)

    def _place(self, artifact: Artifact) -> tuple[int, int]:
        return self.plan.engines.index(artifact.engine), PRECISIONS.index(artifact.precision)

    def _step(self, description: str) -> None:
        with self.telling:
            # A step that begins says that the one before is done.
            self.progress.advance(min(1, self.begun), description)
            self.begun += 1

    def _questions(self) -> tuple[Text, ...]:
        """More to count labels on, where that is what decides and the caller has no texts."""
        is_rounded = any(precision != EXACT for precision in self.plan.precisions)
        return questions() if is_rounded and not self.plan.texts else ()

    def _pairs(self) -> tuple[Text, ...]:
        try:
            self.encoder.encode(("", ""), self.longest)
        except InputError:  # what the tokenizer adds to a pair is longer than the longest program
            return ()
        return PAIRS

    def _spelled_out(self) -> str:
        """A text that holds special tokens; RoBERTa gives a padding token no position of its own."""
        assert self.model.tokenizer is not None  # it was saved above
        special = (self.model.tokenizer.pad_token, self.model.tokenizer.sep_token)
        return " and ".join(("this", *filter(None, special), "that"))

    def _compare_with_transformers(self) -> SourceReport:
        """Refuse a model that does not read and answer as transformers does, whatever the engines make of it."""
        self._step("comparing with transformers")
        long = " ".join(SENTENCES * (1 + self.longest // 512))
        too_long: list[Text] = [long, (long, long)] if self._pairs() else [long]
        texts = [*self.texts, *encode_texts(self.encoder, too_long, self.longest)]
        report = compare_with_transformers(
            self.model, self.encoder, texts, self.task, max_length=self.longest, atol=self.plan.atol
        )
        with self.telling:
            self.progress.line(told.compared(report))
        return report

    def _make_references(self) -> None:
        for program, (_, config) in self.configurations.items():
            self._step(f"eager reference {program}")
            self._refer(program, config)

    def _refer(self, program: str, config: RetentionConfig) -> None:
        texts = fitting(self.texts, config.length)
        if not texts:
            raise OptionError(f"length {config.length} does not even hold an empty text; give `lengths` of at least 4")
        heads = make_all_references(self.model, self.encoder, texts, config)
        for checked, *answers in zip(texts, *heads, strict=True):
            for reference in answers:
                check_finite(reference.logits.tolist(), f"the text {reprlib.repr(checked.text)}", "the model")
        self.references[program] = texts, heads[-1]
        by_encoder = dict(zip((*self.model.config.exits, self.model.config.num_encoders), heads, strict=True))
        for stage, (whole, first, last) in self.stages.items():
            if whole == program:
                self.references[stage] = texts, [of_stage(one, first, last) for one in by_encoder[last]]

    def _write_side_files(self, name: str) -> list[Path]:
        """Write the golden examples, the model's configuration and, if asked for, the file for MediaPipe."""
        examples = golden_examples(self.references, self.answers, self.unpadded)
        golden = json.dumps(examples, ensure_ascii=False, allow_nan=False)
        settings = json.dumps(self.model.hugging_face_config(), indent=2)
        files = {self.directory / GOLDEN_FILE: golden, self.directory / "config.json": settings}
        for path, text in files.items():
            path.write_text(text + "\n", encoding="utf-8")
        if self.vocabulary is None:
            return list(files)
        self._step("converting for MediaPipe")
        path = self.directory / TEXT_CLASSIFIER_FILE
        config = next(iter(self.budgets.values())).at(self.longest, encoders=self.model.config.num_encoders)
        write_text_classifier(self.model, self.tracer, config, self.vocabulary, path=path, name=name)
        return [*files, path]

    def _check(self, artifact: Artifact) -> Artifact:
        """Compare an artifact with eager; the artifact with what was found."""
        if artifact.precision != EXACT:
            references = [one for _, found in self.references.values() for one in found]
            artifact = replace(
                artifact, acceptance=for_references(artifact.acceptance, self.model.config.labels, references)
            )
        checked, checks = self._compare(artifact, self._references_of)
        if artifact.acceptance.repeat_error is not None:
            self.answers[artifact.key] = {check.program: check.answers for check in checks}
        if not any(program.any_length for program in artifact.programs):
            return checked
        # As above a program answers for a reader that pads, and as here for ours: both are judged.
        checked, checks = self._compare(artifact, self._unpadded_of, how=" without padding")
        self.unpadded[artifact.key] = {
            program.name: tuple(map(golden_output, self._unpadded_of(program)))
            if artifact.acceptance.repeat_error is None
            else check.answers
            for program, check in zip(artifact.programs, checks, strict=True)
        }
        return checked

    def _compare(
        self, artifact: Artifact, references: Callable[[Program], Sequence[Reference]], *, how: str = ""
    ) -> tuple[Artifact, list[ProgramParity]]:
        checked, checks = check_artifact(
            self.directory,
            artifact,
            references,
            agree=self.task.agree,
            progress=lambda what: self._step(f"{artifact.title}: checking {what}{how}"),
        )
        with self.telling:
            for line in told.checked(artifact, checks, how=how):
                self.progress.line(line)
        told.refuse_failures(artifact, checks)
        return checked, checks

    def _references_of(self, program: Program) -> Sequence[Reference]:
        return self.references[program.name][1]

    def _unpadded_of(self, program: Program) -> Sequence[Reference]:
        """What eager says of a program's texts as they are; found once for all programs of a budget."""
        if program.budget not in self.unpadded_references:
            texts = fitting(self.texts, self.longest)
            found = make_unpadded_references(self.model, self.encoder, texts, self.schedules[program.budget])
            ids = map(id, texts)
            self.unpadded_references[program.budget] = dict(zip(ids, found, strict=True))
        known = self.unpadded_references[program.budget]
        return [known[id(text)] for text in self.references[program.name][0]]

    def _order(self, recipe: Recipe, macs: dict[str, int]) -> Order:
        """What a recipe writes; stages have a length each."""
        if self.schedules and recipe.engine in ANY_LENGTH:
            return Order(recipe, self.configurations, schedules=self.schedules)
        return Order(recipe, self.configurations, self.stages, macs)

    def _macs(self, program: str, first: int, last: int) -> int:
        return count_stage(self.model.config, self.configurations[program][1], first, last)

    def _describe(self, budget: str) -> Budget:
        schedule = self.budgets[budget].schedule
        fractions = schedule.for_encoders(self.model.config.num_encoders).fractions if schedule else None
        configurations = tuple(
            Configuration(config.length, config.keep, count_macs(self.model.config, config).total)
            for owner, config in self.configurations.values()
            if owner == budget
        )
        return Budget(budget, fractions, configurations, accuracy=None)
