"""`convert(dynamic_length=True)`: texts run at their own lengths, and say what static programs of these lengths say."""

import json
from dataclasses import replace
from random import Random

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from click.testing import CliRunner

import edge_power
from edge_power.cascading.costs import prices_of
from edge_power.cascading.rungs import Rung
from edge_power.cli import cli
from edge_power.errors import OptionError
from edge_power.evaluation import BundlePredictor
from edge_power.lengths.bundle import bundle_costs
from edge_power.model.macs import count_macs
from edge_power.model.tokenizer import text_encoder
from edge_power.progress import Silent
from edge_power_runtime import Bundle, Classifier, EngineError, InputError, RetentionSchedule
from edge_power_runtime.errors import BundleError
from edge_power_runtime.model import Model
from edge_power_runtime.profiler.options import Options
from edge_power_runtime.profiler.profile import profile
from edge_power_runtime.profiler.report.record import Case
from edge_power_runtime.retention import survivors
from edge_power_runtime.sessions import open_session
from edge_power_runtime.verify import verify
from tests.profile_records import report, result, run_alone
from tests.tiny import KEEP, STAGES_KEEP, staged_model, tiny_model
from tests.tiny_families import family_checkpoint

TEXTS = ["", "a good film", ("is it good ?", "never !"), "the way it was not bad again , and not dull"]
# Engine and PyTorch add in different orders.
ATOL = 1e-5
SCHEDULE = RetentionSchedule(tuple(map(float, KEEP.split(",")))).for_encoders(4)


def converted(path, *precisions, engine="onnx", **changed):
    """The tiny model at any length, as tests/data/tiny-bundle has it at two."""
    keep = [float(fraction) for fraction in KEEP.split(",")]
    # Half of the labels, of a model of random weights.
    options = {"lengths": [8, 24], "keep": keep, "budget": "fast", "min_agreement": 0.5} | changed
    edge_power.convert(tiny_model(), path, engines=[engine], precisions=precisions, dynamic_length=True, **options)
    return path


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    return converted(tmp_path_factory.mktemp("dynamic") / "bundle", "fp32")


@pytest.fixture(scope="module")
def rounded_bundle(tmp_path_factory):
    return converted(tmp_path_factory.mktemp("rounded") / "bundle", "fp32", "int8")


@pytest.fixture(scope="module")
def executorch_bundle(tmp_path_factory):
    """Of one budget, since ExecuTorch's tools take ten seconds for each."""
    return converted(tmp_path_factory.mktemp("executorch") / "bundle", "fp32", engine="executorch", full=False)


@pytest.fixture(params=["onnx", "executorch"])
def fast_bundle(request, bundle):
    """A bundle that has the budget `fast` for one engine."""
    return bundle if request.param == "onnx" else request.getfixturevalue("executorch_bundle")


def eager(text, model, schedule):
    ids = text_encoder(model).encode(text, 24)
    given = {"input_ids": ids.ids, "token_type_ids": ids.type_ids, "attention_mask": [1] * ids.num_tokens}
    tensors = {name: torch.tensor([list(values)]) for name, values in given.items()}
    with torch.no_grad():
        return model(**tensors, retention=schedule.at(ids.num_tokens)), ids.num_tokens


class Lines(Silent):
    def __init__(self):
        self.lines = []

    def line(self, text):
        self.lines.append(text)


def converted_with_exits(path, *engines):
    keep, told = [float(fraction) for fraction in STAGES_KEEP.split(",")], Lines()
    options = {"lengths": [8], "keep": keep, "budget": "fast", "full": False, "min_agreement": 0.5}
    edge_power.convert(staged_model(), path, engines=engines, dynamic_length=True, progress=told, **options)
    return Bundle.open(path), told.lines


def test_a_model_with_exits_has_no_stages_there_and_is_told_so(tmp_path):
    bundle, lines = converted_with_exits(tmp_path / "bundle", "onnx")
    assert bundle.manifest.artifacts[0].stages is None
    assert lines[-1] == "- onnx: no stages for the model's exits, as a graph for any length has none"
    examples = json.loads((tmp_path / "bundle" / "golden.json").read_text(encoding="utf-8"))["examples"]
    assert {name for example in examples for name in example["programs"]} == {"fast_8"}


@pytest.mark.thorough  # the other engine takes seconds
def test_another_engine_has_its_stages_beside_it(tmp_path):
    bundle, lines = converted_with_exits(tmp_path / "bundle", "onnx", "tflite")
    found = {artifact.engine: artifact.stages for artifact in bundle.manifest.artifacts}
    assert found["onnx"] is None
    assert [stage.name for stage in found["tflite"]] == ["fast_8_1-1", "fast_8_2-2", "fast_8_3-3"]
    assert len([line for line in lines if "no stages" in line]) == 1
    for engine in found:
        assert all(check.passed for check in verify(tmp_path / "bundle", engine=engine))


def test_a_text_runs_at_its_own_length(fast_bundle):
    model, classifier = tiny_model(), Classifier.open(fast_bundle, budget="fast")
    for text in TEXTS:
        expected, length = eager(text, model, SCHEDULE)
        found = classifier(text)
        assert (found.length, found.num_tokens, found.retention) == (length, length, SCHEDULE.at(length))
        np.testing.assert_allclose(found.logits, expected.logits[0], rtol=0, atol=ATOL)
        kept = tuple(tuple(positions[0].tolist()) for positions in expected.encoder.survivors)
        assert found.survivors == (kept if SCHEDULE.at(length).drops else ())


def test_a_program_is_the_static_one_at_its_length(fast_bundle, tiny_bundle):
    """So a reader that pads to it, as one does that does not know the key, answers as any reader does."""
    bundle = fast_bundle
    (dynamic,) = Bundle.open(bundle).manifest.artifacts
    budgets = {program.budget for program in dynamic.programs}
    whole = Bundle.open(tiny_bundle).artifact(dynamic.engine, "fp32")
    static = replace(whole, programs=tuple(item for item in whole.programs if item.budget in budgets))
    for one, other in zip(static.programs, dynamic.programs, strict=True):
        assert one.name == other.name
        assert (one.inputs, one.outputs, other.any_length) == (other.inputs, other.outputs, True)
        ids = np.arange(5, 5 + one.length, dtype=np.int64)[None]
        mask = (np.arange(one.length, dtype=np.int64) < one.length - 2)[None].astype(np.int64)
        given = {"input_ids": ids * mask, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        expected = open_session(tiny_bundle, static, one).run(given)
        found = open_session(bundle, dynamic, other).run(given)
        assert list(found) == list(expected)
        np.testing.assert_allclose(found["logits"], expected["logits"], rtol=0, atol=ATOL)
        if "kept" in expected:
            assert found["kept"].tolist() == expected["kept"].tolist()


def test_all_words_kept_padding_changes_nothing(bundle, tiny_bundle):
    static, dynamic = (Classifier.open(path, engine="onnx", budget="full") for path in (tiny_bundle, bundle))
    for text in TEXTS:
        np.testing.assert_allclose(dynamic(text).logits, static(text).logits, rtol=0, atol=ATOL)
        assert static(text).length > dynamic(text).length


@pytest.mark.thorough
def test_int8_says_the_same_labels(rounded_bundle):
    for budget in ("fast", "full"):
        exact, rounded = (Classifier.open(rounded_bundle, precision=name, budget=budget) for name in ("fp32", "int8"))
        for text in TEXTS:
            assert rounded(text).label == exact(text).label
            # A quarter of the logits' range, which is 1.4: random weights are rounded worse than learned ones.
            np.testing.assert_allclose(rounded(text).logits, exact(text).logits, rtol=0, atol=0.35)


def test_a_budget_has_one_graph_and_one_session(bundle):
    artifact = Bundle.open(bundle).artifact("onnx", "fp32")
    assert {(item.budget, item.file) for item in artifact.programs} == {
        ("fast", "onnx/fast.onnx"),
        ("full", "onnx/full.onnx"),
    }
    model = Model.open(bundle, engine="onnx", max_loaded_programs=1)
    short, long = (next(item for item in artifact.programs if item.name == name) for name in ("fast_8", "fast_24"))
    session = model.session(short)
    assert model.session(long) is session
    model.at("full").warm_up()
    assert model.session(short) is not session, "the limit of one session dropped it for the other budget's"
    # What the shorter program does not drop, the longer one does: their session gives both.
    assert model.at("fast")(TEXTS[3]).survivors


def assert_verified(bundle, *precisions, engine="onnx"):
    for precision in precisions:
        assert all(check.passed and check.texts for check in verify(bundle, engine=engine, precision=precision))
    examples = json.loads((bundle / "golden.json").read_text())["examples"]
    keys = {f"{engine} {precision}" for precision in precisions}
    assert {key for item in examples for key in item["unpadded"]} == keys


def test_every_device_verifies_it_without_padding(bundle):
    assert_verified(bundle, "fp32")


def test_every_device_verifies_executorch_without_padding(executorch_bundle):
    assert_verified(executorch_bundle, "fp32", engine="executorch")


def test_a_budget_of_executorch_has_one_method_and_one_session(executorch_bundle):
    artifact = Bundle.open(executorch_bundle).artifact("executorch", "fp32")
    assert {(item.budget, item.method) for item in artifact.programs} == {("fast", "fast")}
    short, long = artifact.programs
    assert [spec.name for spec in short.outputs] == [spec.name for spec in long.outputs] == ["logits", "kept"]
    model = Model.open(executorch_bundle, engine="executorch")
    assert model.session(short) is model.session(long)


def test_sizes_known_at_the_run_do_not_cut_what_the_delegate_takes(executorch_bundle, tiny_bundle):
    """XNNPACK's takes a view whose size it can infer, and none whose size it is told while it runs."""
    open_, static = (
        Bundle.open(path).artifact("executorch", "fp32").programs[0].delegation
        for path in (executorch_bundle, tiny_bundle)
    )
    assert not {"aten_view_copy_default", "_assert_scalar"} & set(open_.outside)
    assert open_.inside["aten_linear_default"] == static.inside["aten_linear_default"]


def test_a_text_longer_than_the_longest_is_refused_by_executorch(executorch_bundle):
    artifact = Bundle.open(executorch_bundle).artifact("executorch", "fp32")
    session = open_session(executorch_bundle, artifact, artifact.programs[0])
    ids = np.ones((1, 25), dtype=np.int64)
    with pytest.raises(EngineError, match="ExecuTorch failed in program fast_8"):
        session.run({"input_ids": ids, "attention_mask": ids, "token_type_ids": ids})
    assert session.run({name: ids[:, :24] for name in ("input_ids", "attention_mask", "token_type_ids")})["kept"].size


def assert_eager_at_every_length(tmp_path, keep, longest, engine):
    """A converted schedule gives eager's logits and words at 1 to `longest` tokens."""
    made = converted(tmp_path / "bundle", "fp32", engine=engine, lengths=[longest], full=False, keep=keep)
    bundle, model, schedule = Bundle.open(made), tiny_model(), RetentionSchedule(keep)
    (artifact,) = bundle.manifest.artifacts
    session = open_session(bundle.path, artifact, artifact.programs[0])
    for length in range(1, longest + 1):
        ids = torch.arange(5, 5 + length)[None]
        given = {"input_ids": ids, "attention_mask": torch.ones_like(ids), "token_type_ids": torch.zeros_like(ids)}
        with torch.no_grad():
            expected = model(**given, retention=schedule.at(length))
        found = session.run({name: tensor.numpy() for name, tensor in given.items()})
        np.testing.assert_allclose(found["logits"], expected.logits, rtol=0, atol=ATOL, err_msg=f"{length} tokens")
        assert ("kept" in found) == bool(schedule.at(length).drops), length
        if "kept" in found:
            kept = tuple(tuple(positions[0].tolist()) for positions in expected.encoder.survivors)
            assert survivors(found["kept"], schedule.at(length)) == kept, length


def test_an_encoder_of_executorch_that_drops_nothing_at_the_longest(tmp_path):
    """Its tools look at the longest text, and left out for good what was empty there."""
    keep = (0.8171, 0.5723, 0.55, 0.44)
    assert [len(RetentionSchedule(keep).at(length).drops) for length in (24, 9)] == [2, 3]
    assert_eager_at_every_length(tmp_path, keep, 24, "executorch")


@pytest.mark.thorough
@pytest.mark.parametrize("engine", ["onnx", "executorch"])
@pytest.mark.parametrize("seed", range(2))
def test_fractions_that_are_nearly_the_same(tmp_path, engine, seed):
    """Which encoders drop changes from one length to the next."""
    draw = Random(seed)
    fraction, keep = draw.uniform(0.05, 0.99), []
    for _ in range(4):
        keep.append(round(fraction, 4))
        fraction *= draw.uniform(0.93, 1)
    assert_eager_at_every_length(tmp_path, tuple(keep), draw.choice([5, 13, 24]), engine)


@pytest.mark.thorough
def test_executorch_at_int8_and_where_words_are_chosen_by_comparing(tmp_path):
    bundle = converted(tmp_path / "bundle", "fp32", "int8", engine="executorch", full=False, lowering="compare")
    assert_verified(bundle, "fp32", "int8", engine="executorch")
    model, classifier = tiny_model(), Classifier.open(bundle, precision="fp32", budget="fast")
    for text in TEXTS:
        expected, _ = eager(text, model, SCHEDULE)
        np.testing.assert_allclose(classifier(text).logits, expected.logits[0], rtol=0, atol=ATOL)


@pytest.mark.thorough
def test_every_device_verifies_int8_without_padding(rounded_bundle):
    assert_verified(rounded_bundle, "fp32", "int8")


def test_evaluation_counts_multiply_adds_of_the_true_lengths(bundle):
    model, classifier = tiny_model(), Classifier.open(bundle, engine="onnx", budget="fast")
    answers = BundlePredictor(classifier).answer(TEXTS)
    lengths = [classifier(text).num_tokens for text in TEXTS]
    assert [item.macs for item in answers] == [count_macs(model.config, SCHEDULE.at(n)).total for n in lengths]


def test_a_tier_costs_what_a_text_of_its_true_length_does(bundle, tmp_path):
    model, tier = tiny_model(), Rung(Classifier.open(bundle, engine="onnx", budget="fast"))
    cost = prices_of([tier], None).alone
    expected = [count_macs(model.config, SCHEDULE.at(tokens)).total / 1e6 for tokens in range(1, 25)]
    assert [cost(tokens) for tokens in range(1, 25)] == pytest.approx(expected)

    # Measured with texts of 6 and 20 tokens, 1 ms and 3 ms: lengths between lie on a line, others are as the nearest.
    cases = [Case("onnx", "fp32", "fast", length, 1) for length in (8, 24)]
    measured = tuple(
        replace(result(case), num_tokens=tokens, rounds=(5,), spans=run_alone((ms,) * 5))
        for case, tokens, ms in zip(cases, (6, 20), (1.0, 3.0), strict=True)
    )
    (tmp_path / "report.json").write_text(report(measured).to_json(), encoding="utf-8")
    cost = prices_of([tier], tmp_path / "report.json").alone
    assert [cost(tokens) for tokens in (1, 6, 13, 20, 24)] == pytest.approx([1, 1, 2, 3, 3])


def test_inspect_weighs_programs_of_any_length_without_padding(bundle, tmp_path):
    texts = tmp_path / "texts.tsv"
    texts.write_text("text_a\na good film\nthe way it was not bad again , and not dull\n", encoding="utf-8")
    for cost in edge_power.length_costs(bundle, texts):
        assert (cost.any_length, cost.lengths, cost.expected, cost.of_true) == (True, (8, 24), cost.true, 1.0)
        assert cost.true < cost.padded
    said = CliRunner().invoke(cli, ["inspect", str(bundle), "--lengths-from", str(texts)]).output.splitlines()
    assert [line.split()[:4] for line in said[1:3]] == [[name, "any", "to", "24"] for name in ("fast", "full")]
    assert said[-1] == "onnx: one graph for each budget takes every length up to 24; no text is padded"


def test_budgets_that_one_engine_pads_and_another_does_not_are_weighed_as_both(bundle, tiny_bundle):
    both, open_ = Bundle.open(tiny_bundle).manifest, Bundle.open(bundle).manifest
    padded = tuple(artifact for artifact in both.artifacts if artifact.engine == "tflite")
    mixed = replace(open_, artifacts=(*open_.artifacts, *padded))
    costs = bundle_costs(replace(Bundle.open(bundle), manifest=mixed), ["a good film"])
    assert [(one.budget, one.any_length) for one in costs] == [
        ("fast", False), ("fast", True), ("full", False), ("full", True)
    ]  # fmt: skip
    assert costs[0].expected == mixed.configuration("fast", 8).macs > costs[1].expected == costs[0].true


def test_a_profile_times_a_case_at_its_length_and_the_mix_at_that_of_each_text(bundle, tmp_path):
    """A case's multiply-adds are those of its length; a text of the file has others."""
    (tmp_path / "texts.txt").write_text("a good film\nis it good ?\tnever !\n", encoding="utf-8")
    options = Options(budgets=("fast",), iterations=2, burst=2, warmup=0, texts=str(tmp_path / "texts.txt"))
    report = profile(bundle, options)
    assert [(one.case.length, one.num_tokens, one.num_texts) for one in report.results] == [(8, 8, 0), (24, 24, 0)]
    (mix,) = report.mixes
    assert mix.lengths == mix.num_tokens == (5, 9)


def test_a_stock_client_asks_for_any_length(bundle):
    session = onnxruntime.InferenceSession(bundle / "onnx" / "fast.onnx")
    assert [item.shape for item in session.get_inputs()] == [[1, "length"]] * 3
    ids = np.arange(5, 18, dtype=np.int64)[None]
    given = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
    logits, kept = session.run(["logits", "kept"], given)
    assert logits.shape == (1, 2)
    assert kept.shape == (sum(SCHEDULE.at(13).keep[encoder] for encoder in SCHEDULE.at(13).drops),)


def test_how_many_to_keep_is_one_look_up(bundle):
    nodes = onnx.load(bundle / "onnx" / "fast.onnx", load_external_data=False).graph.node
    makers = {name: node.op_type for node in nodes for name in node.output}
    assert [makers[node.input[1]] for node in nodes if node.op_type == "TopK"] == ["Gather"] * 3


def test_inspect_says_that_nothing_is_padded(bundle):
    result = CliRunner().invoke(cli, ["inspect", str(bundle)])
    assert result.exit_code == 0, result.output
    assert "onnx: one graph for each budget takes every length up to 24; no text is padded" in result.output


@pytest.mark.thorough
def test_positions_that_are_counted_from_the_ids(tmp_path):
    """RoBERTa's, and a text without padding."""
    (checkpoint := tmp_path / "model").mkdir()
    family_checkpoint(checkpoint, "roberta")
    options = {"lengths": [8, 16], "keep": [0.9, 0.5], "budget": "fast", "full": False, "dynamic_length": True}
    edge_power.convert(checkpoint, tmp_path / "bundle", engines=["executorch", "onnx"], **options)
    for engine in ("executorch", "onnx"):
        assert all(check.passed and check.texts for check in verify(tmp_path / "bundle", engine=engine))
    one, other = (
        Classifier.open(tmp_path / "bundle", engine=engine)("a good film") for engine in ("executorch", "onnx")
    )
    assert one.survivors == other.survivors
    np.testing.assert_allclose(one.logits, other.logits, rtol=0, atol=ATOL)


def test_inspect_tells_of_a_shared_method_once(executorch_bundle):
    result = CliRunner().invoke(cli, ["inspect", str(executorch_bundle)])
    assert result.exit_code == 0, result.output
    assert result.output.count("executorch fast: XnnpackBackend runs ") == 1
    assert "executorch fast_8: " not in result.output


def test_inputs_of_two_lengths_are_refused(bundle):
    artifact = Bundle.open(bundle).artifact("onnx", "fp32")
    session = open_session(bundle, artifact, artifact.programs[0])
    ids = np.ones((1, 5), dtype=np.int64)
    given = {"input_ids": ids, "attention_mask": ids[:, :4], "token_type_ids": ids}
    with pytest.raises(EngineError, match=r"got attention_mask of shape \(1, 4\), expected \(1, 5\)"):
        session.run(given)


def test_a_method_that_takes_too_few_words_is_no_program_of_more(executorch_bundle):
    artifact = Bundle.open(executorch_bundle).artifact("executorch", "fp32")
    inputs = tuple(replace(spec, shape=(1, 25)) for spec in artifact.programs[0].inputs)
    with pytest.raises(BundleError, match=r"takes input_ids as int64 \[1, 24\], bundle.json says int64 \[1, any\]"):
        open_session(executorch_bundle, artifact, replace(artifact.programs[0], length=25, inputs=inputs))


def test_a_graph_of_one_length_is_no_program_of_any(tiny_bundle):
    artifact = Bundle.open(tiny_bundle).artifact("onnx", "fp32")
    program = replace(artifact.programs[0], any_length=True)
    with pytest.raises(BundleError, match=r"takes input_ids as int64 \[1, 8\], bundle.json says int64 \[1, any\]"):
        open_session(tiny_bundle, artifact, program)


def test_what_cannot_be_is_told(tmp_path):
    with pytest.raises(InputError, match="`dynamic_length` is for onnx or executorch, found tflite; add one"):
        edge_power.convert(tiny_model(), tmp_path / "b", engines=["tflite"], dynamic_length=True)
    retention = tmp_path / "retention.json"
    retention.write_text('{"configurations": {"8": [6, 4, 2, 1]}}')
    options = {"lengths": [8], "retention": retention, "engines": ["onnx"]}
    with pytest.raises(OptionError, match="`dynamic_length` needs what the budget balanced keeps at every length"):
        edge_power.convert(tiny_model(), tmp_path / "b", dynamic_length=True, **options)
    assert not (tmp_path / "b").exists()
