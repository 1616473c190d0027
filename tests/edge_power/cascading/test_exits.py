"""`edge-power cascade --first exits`: the stages of a budget as tiers, on the committed bundle in stages."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

import edge_power as ep
from edge_power.cascading.answers import Answers, TierAnswers
from edge_power.cascading.costs import costs_of, prices_of
from edge_power.cascading.rungs import Rung, stages_of, ways
from edge_power.cascading.thresholds.choose import choose
from edge_power.cascading.thresholds.mixture import Tiers
from edge_power_runtime import Bundle, Model
from edge_power_runtime.bundle.bundle import programs_of
from edge_power_runtime.bundle.cascades import StageEntry
from edge_power_runtime.bundle.seal import write_manifest
from edge_power_runtime.profiler.report.record import Case
from edge_power_runtime.verify import verify
from tests.bundles import checked_name
from tests.edge_power.cascading.rows import random_texts, write_rows
from tests.edge_power.conftest import assert_refused
from tests.profile_records import bundle, report, result

BAG, EXIT, PAIR = Rung(None), (1, 3), (1, 2, 3)


@pytest.fixture(scope="module")
def data(tiny_stages, tmp_path_factory) -> dict[str, Path]:
    """Texts of a few words with the labels that the model gives, so that its last stage is always right."""
    directory, whole = tmp_path_factory.mktemp("rows"), Model.open(tiny_stages, engine="onnx").at("fast")
    rows = [(str(whole(text).label), text) for text in random_texts(1400)]
    parts = {"train": rows[:300], "select": rows[300:1100], "dev": rows[1100:]}
    return {name: write_rows(directory / f"{name}.tsv", part) for name, part in parts.items()}


def test_stages_are_tiers_that_go_on(cli, tiny_stages, data, tmp_path):
    out = tmp_path / "out"
    # The heads of the exits are random: the first agrees with the last where it is surest, so that 5 points allow some.
    found = cli(
        "cascade", "--second", tiny_stages, "--first", "exits", "--select", data["select"], "--dev", data["dev"],
        "--max-loss", "5", "--output", out, "--engine", "onnx",
    )  # fmt: skip
    assert found.status == 0, found
    assert checked_name(out) == "tiny-stages"
    entry = Bundle.open(out).manifest.cascades[0]
    assert [(type(tier), tier.budget, tier.last) for tier in entry.tiers] == [(StageEntry, "fast", k) for k in EXIT]
    assert "Not asked, since what was chosen is expected to cost less: an exit behind encoder 2." in found.out
    model = Model.open(out, engine="onnx")
    cascade, whole = model.at("cascade"), model.at("fast")
    rows = [line.split("\t") for line in data["dev"].read_text(encoding="utf-8").splitlines()[1:]]
    answers = [cascade(text) for _, text in rows]
    passed = [(answer, whole(text)) for answer, (_, text) in zip(answers, rows, strict=True) if len(answer.tiers) == 2]
    assert 0.3 < len(passed) / len(rows) < 0.95
    # The table's row of dev, worked out from stages that were asked one after the other.
    assert f"{len(passed) / len(rows):.1%}" in found.out.split("dev", 1)[1]
    for answer, alone in passed:
        assert [step.first for step in answer.steps] == [1, 2, 3] and answer.tier == "fast-3"
        # Programs cut in other places: the same operations in fp32, to some ulps of logits near 1.
        np.testing.assert_allclose(answer.logits, alone.logits, rtol=0, atol=1e-5)
    assert all(check.passed for check in verify(Bundle.open(out), engine="onnx"))
    assert "| `fast-1` | stage |" in (out / "README.md").read_text(encoding="utf-8")
    page = (tmp_path / "out-report.html").read_text(encoding="utf-8")
    assert "fast-1 before fast-3" in page and "an exit behind encoder 2" in page


@pytest.mark.thorough
def test_a_bag_tier_in_front_makes_three(tiny_stages, data, tmp_path):
    record = ep.cascade(
        tiny_stages, ["bag", "exits"], tmp_path / "out", train=data["train"], select=data["select"], max_loss=5.0,
        distil=0.0, engine="onnx",
    )  # fmt: skip
    assert record.tiers[0] == "bag" and record.tiers[2] == "fast-3" and record.tiers[1] in ("fast-1", "fast-2")
    assert len(record.left_out) == 1 and record.choice.mixture.mean < record.choice.mixture.last_mean
    answer = Model.open(tmp_path / "out", engine="onnx").at()("the sea")
    assert [run.name for run in answer.tiers] == list(record.tiers[: len(answer.tiers)])


def test_a_stage_costs_its_share(tiny_stages, tmp_path):
    last = Model.open(tiny_stages, engine="onnx").at("fast")
    rungs = stages_of(last)
    assert [rung.stage for rung in rungs] == [(1, 1), (2, 2), (3, 3)]
    answerers = [rung.answerer(None) for rung in rungs]
    macs = {(stage.length, stage.last): stage.macs for stage in last.artifact.stages or ()}
    counted = costs_of(prices_of(rungs, None), answerers, ["the sea"])
    for tokens, length in ((5, 8), (8, 8), (9, 24)):
        expected = [macs[length, encoder] / 1e6 for encoder in PAIR]
        assert [cost(tokens) for cost in counted.tiers] == pytest.approx(expected)
    whole = last.bundle.manifest.configuration("fast", 8).macs / 1e6
    assert counted.alone(8) == pytest.approx(whole) and counted.unit == "M multiply-adds"
    cases = [Case("onnx", "fp32", "fast", program.length, 1) for program in programs_of(last.artifact, "fast")]
    measured = tuple(result(case, schedule=(0.5, 0.5, 0.5)) for case in cases)
    path = tmp_path / "report.json"
    path.write_text(report(measured, bundle=bundle(schedules={"fast": (0.5, 0.5, 0.5)})).to_json(), encoding="utf-8")
    timed = costs_of(prices_of(rungs, path), answerers, ["the sea"])
    run_ms = float(np.median(measured[0].run_ms))
    assert timed.unit == "ms" and timed.reading > 0 and timed.alone(8) == pytest.approx(run_ms)
    assert timed.tiers[1](8) == pytest.approx(run_ms * macs[8, 2] / 1e6 / whole)


def test_each_exit_is_tried_and_pairs_where_three_tiers_are_enough(tiny_stages):
    first, second, last = stages_of(Model.open(tiny_stages, engine="onnx").at("fast"))
    assert ways([first, second, last]) == [(0, 2), (1, 2), (0, 1, 2)]
    assert ways([BAG, first, second, last]) == [(0, 1, 3), (0, 2, 3)]
    assert ways([BAG, BAG, first, second, last]) == [(0, 1, 2, 4), (0, 1, 3, 4)]
    assert ways([BAG, Rung(last.classifier)]) == [(0, 1)]


def drawn(rows: int, seed: int) -> Answers:
    """An exit that knows nothing, one that is right as often as it says, and a last stage that is always right."""
    seeded = np.random.default_rng(seed)
    truth, logits = seeded.integers(0, 2, rows), seeded.exponential(2.0, rows)
    right = seeded.random(rows) < 1 / (1 + np.exp(-logits))
    said = np.where(right, truth, 1 - truth)
    exits = [np.zeros((rows, 2)), np.eye(2)[said] * logits[:, None]]
    exits[0][:, 0] = 0.1 * seeded.normal(size=rows)
    tiers = [TierAnswers(one, np.full(rows, cost), True) for one, cost in zip(exits, (0.2, 0.3), strict=True)]
    return Answers(truth, (*tiers, TierAnswers(np.eye(2)[truth] * 9, np.full(rows, 0.6))), alone=np.ones(rows))


def test_an_exit_that_is_left_out_costs_within_the_next():
    answers = drawn(50, 0)
    found = answers.asking((1, 2))
    assert len(found.tiers) == 2 and found.tiers[0].logits is answers.tiers[1].logits
    np.testing.assert_allclose([tier.cost[0] for tier in found.tiers], [0.5, 0.6])
    np.testing.assert_allclose([tier.cost[0] for tier in answers.asking((0, 2)).tiers], [0.2, 0.9])
    bag = Answers(answers.truth, (TierAnswers(answers.tiers[0].logits, np.full(50, 7.0)), *answers.tiers))
    assert bag.asking((1, 2, 3)).tiers[0].cost[0] == 0.2  # whoever is no stage costs nothing where it is not asked
    mixture = Tiers(found, (1.0, 1.0)).mixture((2.0,))
    assert mixture.mean == pytest.approx(1.1) and mixture.last_mean == pytest.approx(1.0)


def test_the_exit_that_pays_is_chosen():
    answers = drawn(4000, 1)
    choice = choose(answers, 0.02, seed=0, among=[(0, 2), (1, 2), (0, 1, 2)])
    assert choice.places == (1, 2) and len(choice.temperatures) == 2 and len(choice.mixture.thresholds) == 1
    assert choice.mixture.lost <= 0.02 and 0.55 < choice.mixture.mean < 1
    # Trying five paths in place of one leaves each a fifth of the error, so that no more is promised.
    alone = choose(answers, 0.02, seed=0, among=[(1, 2)])
    assert alone.mixture.mean <= choice.mixture.mean and alone.promised >= choice.promised


def test_bad_input_is_one_line(cli, tiny_bundle, tiny_stages, data, tmp_path):
    without = shutil.copytree(tiny_stages, tmp_path / "without")
    manifest = json.loads((without / "bundle.json").read_text(encoding="utf-8"))
    next(one for one in manifest["artifacts"] if one["engine"] == "onnx").pop("stages")
    write_manifest(without, json.dumps(manifest).encode())
    few = write_rows(tmp_path / "few.tsv", [("positive", "good"), ("negative", "bad")] * 50)
    select, train = ("--select", data["select"]), ("--train", data["train"])
    exits = ("--first", "exits")
    cases: list[tuple[tuple[object, ...], tuple[str, ...]]] = [
        (
            ("--second", f"{tiny_bundle}:full", *exits, *select),
            ("has none of the budget 'full' (there are: none in the bundle); fit a model with --exits 2,4, then",),
        ),
        (
            ("--second", without, *exits, *select),
            ("--first exits needs stages, and onnx fp32 of", "(there are: executorch fp32 fast, tflite fp32 fast)"),
        ),
        (("--second", tiny_stages, *exits, *exits, *select), ("--first names exits twice",)),
        (("--second", tiny_stages, *exits, "--first", "bag", *train, *select), ("name exits last",)),
        (("--second", tiny_stages, "--first", tiny_stages, *exits, *select), ("the budget 'fast' twice",)),
        (("--second", tiny_stages, *exits, "--select", few), ("100 rows to select by are too few",)),
        (("--second", "exits", *exits, *select), ("--second is 'exits', must be a bundle's directory",)),
    ]
    for arguments, messages in cases:
        assert_refused(cli("cascade", *arguments, "--output", tmp_path / "out", "--engine", "onnx"), *messages)
        assert not (tmp_path / "out").exists() and not (tmp_path / "out-report.html").exists(), messages
