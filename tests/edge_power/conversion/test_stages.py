"""Stages of a model with exits: traced, counted, and converted as the committed bundle has them."""

import dataclasses
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from edge_power.conversion import second_process
from edge_power.conversion.artifacts import Order
from edge_power.conversion.tracing import Tracer
from edge_power.evaluation import BundlePredictor
from edge_power.model.macs import count_macs, count_stage
from edge_power_converters import fp32
from edge_power_runtime import Bundle, Classifier, RetentionConfig
from edge_power_runtime.bundle.tensors import handed_on
from tests.cascades import change_manifest
from tests.edge_power.conftest import make_batch
from tests.tiny import staged_model, tiny_model, write_staged_bundle

# The same operations in the same order, without a batch axis.
ATOL = 1e-5
MEND = "what the code makes has changed; run `python -m tests.tiny tiny-stages` and commit tests/data/tiny-stages"
CONFIGURATIONS = [(12, 6, 3), (12, 12, 1), (7, 7, 1), (1, 1, 1)]


@pytest.mark.parametrize("lowering", ["topk", "compare"])
@pytest.mark.parametrize("keep", CONFIGURATIONS)
def test_a_chain_of_stages_is_the_uncut_program(keep, lowering):
    model = staged_model()
    retention = RetentionConfig(12, (*keep[:2], 1))
    batch = make_batch([9], 12, vocabulary=model.config.vocab_size)._asdict()
    tracer = Tracer(model)
    with torch.no_grad():
        eager = model(**batch, retention=retention)
        whole = tracer.trace(retention, lowering=lowering).module()(**batch)
        inputs, kept = batch, []
        for encoder, expected in enumerate((*eager.exits, eager.logits), start=1):
            outputs = tracer.trace(retention, first=encoder, last=encoder, lowering=lowering).module()(**inputs)
            torch.testing.assert_close(outputs["logits"], expected, rtol=0, atol=ATOL)
            assert ("passed_words" in outputs) == (encoder < 3)
            inputs = handed_on(outputs)
            kept += [outputs["kept"]] if "kept" in outputs else []
    torch.testing.assert_close(outputs["logits"], whole["logits"], rtol=0, atol=ATOL)
    assert ("kept" in whole) == bool(kept)
    if kept:
        assert torch.equal(torch.cat(kept), whole["kept"])


def test_several_encoders_are_one_stage():
    model = tiny_model()
    model.put_exits((2,))
    retention = RetentionConfig(12, (9, 6, 3, 1))
    batch = make_batch([9], 12, vocabulary=model.config.vocab_size)._asdict()
    with torch.no_grad():
        first = Tracer(model).trace(retention, last=2).module()(**batch)
        second = Tracer(model).trace(retention, first=3).module()(**handed_on(first))
        expected = model(**batch, retention=retention)
    assert first["passed_words"].shape == (1, 6, 32) and first["kept"].shape == (15,)
    torch.testing.assert_close(first["logits"], expected.exits[0], rtol=0, atol=ATOL)
    torch.testing.assert_close(second["logits"], expected.logits, rtol=0, atol=ATOL)


def test_multiply_adds_of_stages():
    config, retention = staged_model().config, RetentionConfig(12, (6, 6, 1))
    count, mean = count_macs(config, retention), 6 * 32
    first, rest = count_stage(config, retention, 1, 1), count_stage(config, retention, 2, 3)
    assert first == count.encoders[0] + mean + count.head and rest == sum(count.encoders[1:]) + count.head
    assert first + rest == count.total + mean + count.head


def test_a_second_process_is_told_of_stages():
    retention = RetentionConfig(12, (6, 6, 1))
    stages = {"fast_12_1-1": ("fast_12", 1, 1), "fast_12_2-3": ("fast_12", 2, 3)}
    macs = {"fast_12_1-1": 5, "fast_12_2-3": 6}
    orders = [Order(fp32("onnx", "topk"), {"fast_12": ("fast", retention)}, stages, macs)]
    assert second_process._as_orders(json.loads(json.dumps(second_process._as_job(orders, Path("x"))))) == orders


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    """The bundle made today, for one engine."""
    output = tmp_path_factory.mktemp("fresh") / "tiny-stages"
    write_staged_bundle(output, engines=("onnx",))
    return output


@pytest.mark.thorough
def test_the_committed_bundle_is_what_we_make_today(tiny_stages, fresh):
    ours, theirs = (Bundle.open(path).manifest.artifacts[0] for path in (fresh, tiny_stages))
    assert [dataclasses.replace(stage, parity=None) for stage in ours.stages] == [
        dataclasses.replace(stage, parity=None) for stage in theirs.stages
    ], MEND
    old, new = (json.loads((path / "golden.json").read_text(encoding="utf-8")) for path in (tiny_stages, fresh))
    for before, now in zip(old["examples"], new["examples"], strict=True):
        assert before["programs"].keys() == now["programs"].keys(), MEND
        for name, program in before["programs"].items():
            assert program["survivors"] == now["programs"][name]["survivors"], MEND
            np.testing.assert_allclose(program["logits"], now["programs"][name]["logits"], rtol=0, atol=ATOL)


def test_golden_survivors_of_stages_are_positions_of_the_text(tiny_stages):
    golden = json.loads((tiny_stages / "golden.json").read_text(encoding="utf-8"))
    longest = max(golden["examples"], key=lambda example: len(example["ids"]))["programs"]
    whole = longest["fast_24"]["survivors"]
    assert longest["fast_24_1-1"]["survivors"] == whole[:1] and len(whole[0]) == 12
    assert longest["fast_24_2-2"]["survivors"] == longest["fast_24_3-3"]["survivors"] == []
    assert longest["fast_24_3-3"]["logits"] == longest["fast_24"]["logits"] != longest["fast_24_1-1"]["logits"]


def test_weights_are_there_once(tiny_stages):
    """Heads apart, stages add what a graph takes: of each engine less than the weights would, were they there twice."""
    for artifact in Bundle.open(tiny_stages).manifest.artifacts:
        if artifact.engine == "onnx":
            weights = next(entry for entry in artifact.files if entry.path.endswith("weights.bin"))
            whole = {path for program in artifact.programs for path in program.files}
            assert all(stage.files[1:] == (weights.path,) for stage in artifact.stages)
            assert all(stage.file not in whole for stage in artifact.stages)
        else:
            assert len(artifact.files) == 1
            assert {stage.file for stage in artifact.stages} == {artifact.files[0].path}


def test_an_evaluation_counts_the_stages_that_ran(tiny_stages, tmp_path):
    bundle = shutil.copytree(tiny_stages, tmp_path / "stages")
    tiers = [
        {"kind": "stage", "budget": "fast", "last": last, "temperature": 1.0, "threshold": threshold}
        for last, threshold in ((1, 0.9), (3, None))
    ]
    change_manifest(bundle, lambda manifest: manifest.update(cascades=[{"name": "cascade", "tiers": tiers}]))
    classifier = Classifier.open(bundle, engine="onnx")
    macs = {stage.name: stage.macs for stage in classifier.artifact.stages}
    sure, unsure = BundlePredictor(classifier).answer(["a good film", "dull"])
    assert (sure.tier, sure.macs) == ("fast-1", macs["fast_8_1-1"])
    assert (unsure.tier, unsure.macs) == ("fast-3", sum(macs[f"fast_8_{part}"] for part in ("1-1", "2-2", "3-3")))
