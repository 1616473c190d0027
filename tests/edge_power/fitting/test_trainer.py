"""One phase of training: what is asked of transformers' Trainer, and what it must not do."""

import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import TrainerCallback

from edge_power.data import Source
from edge_power.errors import FitError
from edge_power.fitting.cost import Cost
from edge_power.fitting.ledger import Ledger
from edge_power.fitting.options import FitOptions, Goal
from edge_power.fitting.texts.dataset import Collator
from edge_power.fitting.texts.score import beats_a_constant, predict, score
from edge_power.fitting.texts.teacher import taught_texts
from edge_power.fitting.training.module import FitModel
from edge_power.fitting.training.objective import Distillation
from edge_power.fitting.training.phase import Phase, SearchGoal, Texts, Training
from edge_power.fitting.training.price import FALLEN, Price
from edge_power.fitting.training.trainer import TRAVEL, WARM_UP, GroupedSampler, PhaseTrainer
from edge_power.model.classifier import PowerForSequenceClassification
from edge_power.model.soft_extract import SoftExtract
from edge_power.progress import Silent
from edge_power_runtime import RetentionSchedule
from tests.tiny_fit import ENCODERS, RATE, make_rows, options_of, taught_model, teach, tokens_of, untaught_model

STEPS = 12
HALF, THIRD = RetentionSchedule((0.5, 0.5, 0.5)), RetentionSchedule((0.6, 0.3, 0.3))


@pytest.fixture(scope="module")
def texts() -> Texts:
    model = untaught_model()
    return Texts(tokens_of(model, make_rows(96, seed=1)), tokens_of(model, make_rows(32, seed=2)))


def fine_tune(steps: int = STEPS, *, rate: float = RATE) -> Phase:
    return Phase("fine-tune", "fine-tune", steps, rate)


def following(distillation: Distillation | None, *, copies: int = 1, seed: int = 0) -> FitOptions:
    """Options of a fit whose 96 texts have so many copies: it sees each of them, and the text itself, twice."""
    options = options_of(Path("model"), Source("train.tsv"), Path("fit"), Goal(target=0.5))
    steps = (copies + 1) * 96 // options.batch_size  # in search, and again in re-training
    return replace(options, distillation=distillation, seed=seed, fewest_steps=steps)


def searching(texts: Texts, *, steps: int = STEPS, rate: float | None = None) -> tuple[Phase, FitModel]:
    model = taught_model()
    cost = Cost.of(model.config, texts.select.lengths)
    phase = Phase("search", "search", steps, RATE, search=SearchGoal(cost, rate))
    return phase, FitModel(model, SoftExtract(ENCODERS, 14.0), Price(14.0, start=cost.full, target=0.4))


def trainer_of(
    phase: Phase,
    model: FitModel,
    texts: Texts,
    directory: Path,
    *callbacks: TrainerCallback,
    teacher: PowerForSequenceClassification | None = None,
) -> PhaseTrainer:
    training = Training(batch_size=16)
    return PhaseTrainer(phase, training, texts, model, directory=directory, teacher=teacher, callbacks=list(callbacks))


class Poison(TrainerCallback):
    """Makes a weight no number at the end of a step."""

    def __init__(self, step: int) -> None:
        self._step = step

    def on_step_end(self, args: Any, state: Any, control: Any, model: Any = None, **others: Any) -> None:
        if state.global_step == self._step:
            with torch.no_grad():
                model.classifier.head.pooler.bias[0] = torch.nan


class Watched(Silent):
    """Counts what was done."""

    done = 0

    def advance(self, steps: int, note: str = "") -> None:
        self.done += steps


def words_of(batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {name: tensor for name, tensor in batch.items() if name != "labels"}


def test_texts_of_like_length_stand_together():
    lengths = [int(length) for length in torch.randint(3, 60, (400,), generator=torch.Generator().manual_seed(0))]
    sampler = GroupedSampler(8, lengths, seed=0)
    order = list(sampler)
    assert sorted(order) == list(range(400))
    batches = [[lengths[row] for row in order[start : start + 8]] for start in range(0, 400, 8)]
    spread = sum(max(batch) - min(batch) for batch in batches) / len(batches)
    assert spread < 15, "of 57 that batches in random order would spread over"


def test_the_order_follows_from_seed_and_epoch():
    def order(seed: int, epoch: int) -> list[int]:
        sampler = GroupedSampler(8, list(range(3, 103)), seed=seed)
        sampler.set_epoch(epoch)
        return list(sampler)

    assert order(0, 0) == order(0, 0)
    assert len({tuple(order(seed, epoch)) for seed in (0, 1) for epoch in (0, 1)}) == 4


def test_each_group_of_parameters_has_its_own_rate(texts, tmp_path):
    phase, model = searching(texts, steps=100)
    trainer = trainer_of(phase, model, texts, tmp_path)
    trainer.create_optimizer_and_scheduler(100)
    decayed, plain, retention = trainer.optimizer.param_groups
    assert [group["initial_lr"] for group in (decayed, plain, retention)] == [RATE, RATE, TRAVEL / 100]
    assert [group["weight_decay"] for group in (decayed, plain, retention)] == [0.01, 0.0, 0.0]
    assert [id(parameter) for parameter in retention["params"]] == [id(model.soft_extract.retention)]
    held = {id(parameter) for group in (decayed, plain) for parameter in group["params"]}
    assert held == {id(parameter) for parameter in model.classifier.parameters()}
    assert all(parameter.dim() >= 2 for parameter in decayed["params"])


def test_a_rate_that_is_asked_for_is_taken(texts, tmp_path):
    phase, model = searching(texts, rate=0.02)
    trainer = trainer_of(phase, model, texts, tmp_path)
    trainer.create_optimizer()
    assert trainer.optimizer.param_groups[-1]["lr"] == 0.02


def test_rates_rise_hold_and_fall(texts, tmp_path):
    phase, model = searching(texts, steps=100)
    trainer = trainer_of(phase, model, texts, tmp_path)
    trainer.create_optimizer_and_scheduler(100)
    weights, _, retention = trainer.lr_scheduler.lr_lambdas
    assert [weights(step) for step in (0, 4, 9, 10, 55, 100)] == pytest.approx([0.1, 0.5, 1, 1, 0.5, 0])
    falling = (100 - 90) / (100 * (1 - FALLEN))
    assert [retention(step) for step in (0, 9, 50, 75, 90, 100)] == pytest.approx([0.1, 1, 1, 1, falling, 0])
    assert WARM_UP == 0.1


def test_a_batch_is_dealt_out_to_schedules_row_by_row(texts):
    model = taught_model()
    items = [texts.train[row] for row in range(7)]
    batch = Collator(0)(items)
    batch.pop("labels")
    with torch.no_grad():
        dealt = FitModel(model)(**batch, schedules=(HALF, THIRD))
        whole = [model(**batch, retention=schedule) for schedule in (HALF, THIRD)]
    for row in range(7):
        expected = whole[row % 2]
        # Fewer texts make a narrower batch, whose sums come in another order: float32.
        torch.testing.assert_close(dealt["logits"][row], expected.logits[row], rtol=0, atol=1e-5)
        states = torch.stack(expected.encoder.states)[:, row]
        torch.testing.assert_close(dealt["states"][:, row], states, rtol=0, atol=1e-5)
    assert (whole[0].logits - whole[1].logits).abs().max() > 0.01


def test_one_text_and_two_schedules(texts):
    batch = Collator(0)([texts.train[0]])
    batch.pop("labels")
    output = FitModel(taught_model())(**batch, schedules=(HALF, THIRD))
    assert output["logits"].shape == (1, 2)
    assert output["states"].shape == (ENCODERS, 1, 32)


def test_the_teacher_is_followed_and_left_alone(texts, tmp_path):
    """Trained on the teacher's logits alone, with labels that say the opposite."""
    teacher = taught_model()
    before = deepcopy(teacher.state_dict())
    lying = Texts(texts.train.select(range(len(texts.train))), texts.select)
    lying.train.labels = 1 - lying.train.labels
    student = taught_model()
    with torch.no_grad():
        student.head.classifier.weight.mul_(-0.5)
    phase = Phase("re-train", "re-train", 40, 1e-2, distillation=Distillation(logits=1.0, states=0.1))
    assert score(student, texts.select, "accuracy") < 0.5
    trainer_of(phase, FitModel(student), lying, tmp_path, teacher=teacher).train()
    assert score(student, texts.select, "accuracy") > 0.9
    assert all(parameter.grad is None for parameter in teacher.parameters())
    assert all(torch.equal(tensor, before[name]) for name, tensor in teacher.state_dict().items())


def test_a_teacher_that_answered_before_teaches_the_same_and_is_not_asked_again(texts, tmp_path):
    teacher, student = taught_model(), untaught_model()
    phase = Phase("re-train", "re-train", 1, RATE, distillation=Distillation(logits=0.5))
    told = Watched()
    known = taught_texts(texts, teacher, following(phase.distillation), told, tmp_path)
    assert (known.select is texts.select, known.train.taught.shape, told.done) == (True, (96, 2), 96)
    rows = [5, 0, 95, 40]
    with torch.no_grad():
        batch = Collator(0)([texts.train[row] for row in rows])
        asked = trainer_of(phase, FitModel(student), texts, tmp_path / "asked", teacher=teacher)
        remembered = trainer_of(phase, FitModel(student), known, tmp_path / "remembered")
        expected = asked.compute_loss(asked.model, batch)
        found = remembered.compute_loss(remembered.model, Collator(0)([known.train[row] for row in rows]))
        labels_alone = torch.nn.functional.cross_entropy(student(**words_of(batch)).logits, batch["labels"])
    # Other batches pad otherwise, and sum in another order: float32.
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-5)
    assert abs(found - labels_alone) > 0.01


def test_a_teacher_is_asked_in_every_step_for_its_states_and_not_at_all_without_distillation(texts, tmp_path):
    for distillation in (None, Distillation(logits=0.5, states=0.1)):
        found = taught_texts(texts, taught_model(), following(distillation), Silent(), tmp_path)
        assert (found.train.taught, len(found.train)) == (None, 96)
    augmented = taught_texts(texts, taught_model(), following(Distillation(states=0.1)), Silent(), tmp_path)
    assert (augmented.train.taught, len(augmented.train)) == (None, 2 * 96)


def test_a_teacher_answers_augmented_texts_as_they_are(texts, tmp_path):
    teacher, told = taught_model(), Watched()
    known = taught_texts(texts, teacher, following(Distillation(), copies=2), told, tmp_path)
    assert (known.select is texts.select, len(known.train), told.done) == (True, 3 * 96, 3 * 96)
    copies = known.train.select(range(96, 3 * 96))
    # Asked with other texts in a batch, sums have another order: float32.
    np.testing.assert_allclose(known.train.taught[:96], predict(teacher, texts.train), rtol=0, atol=1e-5)
    np.testing.assert_allclose(copies.taught, predict(teacher, copies), rtol=0, atol=1e-5)
    assert np.abs(known.train.taught[:96] - known.train.taught[96:192]).max() > 0.1, "words were swapped"


def test_answers_are_kept_for_a_run_that_goes_on_and_for_its_texts_alone(texts, tmp_path):
    def answered(model: PowerForSequenceClassification, *, seed: int) -> tuple[np.ndarray, int]:
        told = Watched()
        known = taught_texts(texts, model, following(Distillation(), seed=seed), told, tmp_path)
        return known.train.taught, told.done

    first, asked = answered(taught_model(), seed=0)
    again, asked_again = answered(untaught_model(), seed=0)
    assert (asked, asked_again) == (2 * 96, 0)
    assert np.array_equal(again, first)
    other, asked_for_others = answered(taught_model(), seed=1)
    assert asked_for_others == 2 * 96
    assert not np.array_equal(other, first)
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".npy", ".npy"]


def test_in_mixed_precision_steps_scores_and_the_teacher_compute_in_it(texts, tmp_path):
    student, teacher = taught_model(), taught_model()
    dtypes: dict[str, set[torch.dtype]] = {"student": set(), "teacher": set()}
    for name, model in (("student", student), ("teacher", teacher)):
        expand = model.encoder.stack()[0].expand
        expand.register_forward_hook(lambda _, inputs, output, name=name: dtypes[name].add(output.dtype))
    options = replace(following(Distillation()), precision="bf16")
    known = taught_texts(texts, teacher, options, Silent(), tmp_path)
    phase = Phase("re-train", "re-train", 2, RATE, (HALF,), options.distillation)
    training = Training(batch_size=16, precision="bf16")
    trainer = PhaseTrainer(phase, training, known, FitModel(student), directory=tmp_path / "run", callbacks=[])
    trainer.evaluate()
    trainer.train()
    assert dtypes == {"student": {torch.bfloat16}, "teacher": {torch.bfloat16}}
    assert all(parameter.dtype == torch.float32 for parameter in student.parameters())
    exact = predict(teacher, known.train)
    # bf16 has 8 bits, so that a number near 2 is off by up to 0.008, in some thirty products one after the other.
    assert 0 < np.abs(known.train.taught - exact).max() < 0.2


def test_a_phase_ends_with_the_metric_of_the_weights_that_it_leaves(texts, tmp_path):
    trainer = trainer_of(fine_tune(), FitModel(untaught_model()), texts, tmp_path / "best")
    trainer.train()
    scored = [entry["eval_metric"] for entry in trainer.state.log_history if "eval_metric" in entry]
    assert trainer.metric == max(scored) == trainer.evaluate()["eval_metric"]
    phase, model = searching(texts)
    search = trainer_of(replace(phase, distillation=None), model, texts, tmp_path / "last")
    search.train()
    assert search.metric == search.evaluate()["eval_metric"]


@pytest.mark.parametrize(
    ("distillation", "drops"),
    [(None, True), (Distillation(logits=0.5), True), (Distillation(augment=0.0), True), (Distillation(), False)],
)
def test_dropout_is_for_labels_and_not_for_answers_to_augmented_texts(texts, tmp_path, distillation, drops):
    phase = Phase("re-train", "re-train", 1, RATE, distillation=distillation)
    model = FitModel(taught_model(dropout=0.1))
    trainer_of(phase, model, texts, tmp_path, teacher=taught_model())
    batch = words_of(Collator(0)([texts.train[row] for row in range(4)]))
    model.train()
    with torch.no_grad():
        first, second = model(**batch)["logits"], model(**batch)["logits"]
        model.eval()
        without = model(**batch)["logits"]
    assert torch.equal(first, second) != drops
    assert torch.equal(first, without) != drops
    assert predict(model.classifier, texts.select).shape == (32, 2)
    assert not model.classifier.training


def test_answers_stay_with_their_texts(texts):
    answers = np.arange(192, dtype=np.float32).reshape(96, 2)
    known = texts.train.with_taught(answers)
    chosen = known.select([7, 3])
    assert chosen.taught.tolist() == [[14, 15], [6, 7]]
    assert Collator(0)([known[7], known[3]])["taught"].tolist() == [[14, 15], [6, 7]]
    assert np.array_equal(chosen[0]["input_ids"], texts.train[7]["input_ids"])
    # What a model is scored on may have been taught.
    assert np.array_equal(predict(taught_model(), known), predict(taught_model(), texts.train))


def test_states_of_fewer_encoders_match_the_same_part_of_the_depth(texts, tmp_path):
    """The first and the last of the teacher's three states, for a student of two encoders: no distance."""
    teacher = taught_model()
    phase = Phase("depth", "2 encoders", 1, RATE, distillation=Distillation(logits=0.0, states=1.0))
    batch = Collator(0)([texts.train[row] for row in range(4)])
    labels = batch.pop("labels")
    with torch.no_grad():
        taught = teacher(**batch)
    trainer = trainer_of(phase, FitModel(untaught_model()), texts, tmp_path, teacher=teacher)
    logits = taught.logits
    states = torch.stack(taught.encoder.states)
    task = torch.nn.functional.cross_entropy(logits, labels)
    for chosen, distance in (([0, 2], 0.0), ([0, 1], None)):
        loss = trainer._distance({"logits": logits, "states": states[chosen]}, batch, labels) - task
        assert (loss.item() == pytest.approx(0, abs=1e-6)) == (distance == 0.0)


def test_parameters_stay_in_the_unit_interval_and_words_get_fewer(texts, tmp_path):
    phase, model = searching(texts, steps=40)
    seen: list[tuple[float, float]] = []

    class Look(TrainerCallback):
        def on_step_end(self, args: Any, state: Any, control: Any, model: Any = None, **others: Any) -> None:
            retention = model.soft_extract.retention.detach()
            seen.append((retention.min().item(), retention.max().item()))

    trainer = trainer_of(phase, model, texts, tmp_path, Look())
    trainer.train()
    assert len(seen) == 40
    assert all(low >= 0 and high <= 1 for low, high in seen)
    left = [entry["multiply_adds"] for entry in trainer.state.log_history if "loss" in entry]
    assert left[0] > 0.65 and left[-1] < 0.6
    assert {"mass_1", "mass_2", "price", "seconds"} <= trainer.state.log_history[0].keys()


def test_the_score_is_the_mean_over_schedules(texts, tmp_path):
    model = untaught_model()
    teach(model, texts.train, steps=12)  # so little that the words kept still matter
    phase = Phase("re-train", "re-train", 2, RATE, schedules=(HALF, RetentionSchedule((0.1, 0.1, 0.1))))
    alone = [score(model, texts.select, "accuracy", schedule) for schedule in phase.schedules]
    assert alone[0] != alone[1]
    metric = trainer_of(phase, FitModel(model), texts, tmp_path).evaluate()["eval_metric"]
    assert metric == pytest.approx(sum(alone) / 2)


def test_a_loss_that_is_no_number_names_phase_step_and_checkpoint(texts, tmp_path):
    trainer = trainer_of(fine_tune(), FitModel(taught_model()), texts, tmp_path, Poison(7))
    with pytest.raises(FitError) as caught:
        trainer.train()
    assert str(caught.value) == (
        f"fine-tune: the loss is nan at step 8; the last good checkpoint is {tmp_path}/checkpoint-6; "
        "begin anew with a lower `learning_rate`"
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["checkpoint-3", "checkpoint-6"]


def test_a_weight_that_is_no_number_is_never_saved(texts, tmp_path):
    """The step before a checkpoint breaks the weights: the loss is still a number."""
    trainer = trainer_of(fine_tune(), FitModel(taught_model()), texts, tmp_path, Poison(6))
    with pytest.raises(
        FitError, match="a weight is no number after step 6; the last good checkpoint is .*/checkpoint-3"
    ):
        trainer.train()
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint-3"]


def test_a_retention_parameter_that_is_no_number(texts, tmp_path):
    """After a gradient that is none, beside a loss that is a number; it is found before a schedule is made of it."""

    class PoisonGradient(TrainerCallback):
        def on_pre_optimizer_step(self, args: Any, state: Any, control: Any, model: Any = None, **others: Any) -> None:
            if state.global_step == 6:
                model.soft_extract.retention.grad[0] = torch.nan

    phase, model = searching(texts)
    trainer = trainer_of(phase, model, texts, tmp_path, PoisonGradient())
    expected = "search: a retention parameter is no number after step 7; the last good checkpoint is .*/checkpoint-6"
    with pytest.raises(FitError, match=expected):
        trainer.train()


def test_no_checkpoint_yet(texts, tmp_path):
    trainer = trainer_of(fine_tune(), FitModel(taught_model()), texts, tmp_path, Poison(1))
    with pytest.raises(FitError, match="the loss is nan at step 2; there is no checkpoint of this phase yet"):
        trainer.train()


class KilledError(Exception):
    pass


class Kill(TrainerCallback):
    """Ends a run after a checkpoint, as a kill does: with an exception that nothing catches."""

    def on_save(self, args: Any, state: Any, control: Any, **others: Any) -> None:
        if state.global_step == 6:
            raise KilledError


def test_a_half_written_checkpoint_is_not_gone_on_from(texts, tmp_path):
    """A kill or a full disk in the middle of saving leaves a directory whose last file is missing."""

    def run(directory: Path) -> FitModel:
        model = FitModel(taught_model())
        Ledger(directory, Training(batch_size=16), Silent()).run(fine_tune(), model, texts, cost)
        return model

    cost = Cost.of(untaught_model().config, texts.select.lengths)
    unbroken = run(tmp_path / "unbroken")
    checkpoints = tmp_path / "broken" / "01-fine-tune" / "checkpoints"
    checkpoints.mkdir(parents=True)
    with pytest.raises(KilledError):
        trainer_of(fine_tune(), FitModel(taught_model()), texts, checkpoints, Kill()).train()
    half = checkpoints / "checkpoint-9"
    half.mkdir()
    (half / "model.safetensors").write_bytes(b"half")
    (half / "trainer_state.json").write_text('{"global_step": 9', encoding="utf-8")
    resumed = run(tmp_path / "broken")
    for name, tensor in unbroken.state_dict().items():
        assert torch.equal(resumed.state_dict()[name], tensor), name
    assert not checkpoints.exists()
    record = json.loads((checkpoints.parent / "done.json").read_text(encoding="utf-8"))
    assert (record["steps"], record["name"]) == (STEPS, "fine-tune")


def test_a_full_disk_is_told_in_our_words(texts, small_disk):
    disk = small_disk(kilobytes=160)  # the weights alone take some 140
    trainer = trainer_of(fine_tune(), FitModel(taught_model()), texts, disk)
    with pytest.raises(FitError, match=r"cannot write in .*, on a disk with 0\.\d MB left: .*; mend that, and go on"):
        trainer.train()


def test_predictions_are_each_texts_own(texts):
    """In the order of the texts, without padding, and with the model's mode put back."""
    model = taught_model()
    model.train()
    logits = predict(model, texts.select, HALF)
    assert model.training
    model.eval()
    for row in range(0, len(texts.select), 5):
        item = texts.select[row]
        ids, types = (torch.from_numpy(item[name]).long().unsqueeze(0) for name in ("input_ids", "token_type_ids"))
        with torch.no_grad():
            alone = model(ids, torch.ones_like(ids), types, retention=HALF.at(ids.shape[1])).logits[0]
        assert logits[row] == pytest.approx(alone.numpy(), abs=1e-5)


@pytest.fixture
def swapped() -> Iterator[PowerForSequenceClassification]:
    model = taught_model()
    with torch.no_grad():
        model.head.classifier.weight.copy_(model.head.classifier.weight.flip(0))
        model.head.classifier.bias.copy_(model.head.classifier.bias.flip(0))
    yield model


def test_a_head_that_knows_nothing_is_found_out(texts, swapped):
    for model, knows in ((taught_model(), True), (swapped, False), (untaught_model(), False)):
        assert beats_a_constant(predict(model, texts.select), texts.select) == knows


def test_better_by_chance_is_not_clearly_better():
    model = taught_model()
    texts = tokens_of(model, make_rows(100, seed=3))
    answers = predict(model, texts)
    right = answers.argmax(axis=1)
    for wrong, clearly in ((10, True), (45, False)):
        # Half of the labels are either's, so that of 55 right answers 5 are gained, with a standard error of 5.
        texts.labels = np.where(np.arange(100) < wrong, 1 - right, right)
        assert beats_a_constant(answers, texts)
        assert beats_a_constant(answers, texts, standard_errors=2.0) == clearly
