"""The committed bundle against what the code makes today, and against eager."""

import dataclasses
import json

import numpy as np
import pytest

from edge_power.conversion.artifacts import ENGINES
from edge_power_runtime import Bundle, Classifier
from edge_power_runtime.verify import verify
from tests.tiny import KEEP, LENGTHS, tiny_model, write_bundle

# Logits of the same weights through the same operations; other versions of PyTorch sum in another order.
ATOL = 1e-5
MEND = "what the code makes has changed; run `python -m tests.tiny` and commit tests/data/tiny-bundle"


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    """The same bundle made today, for one engine: what is compared is the same for all."""
    output = tmp_path_factory.mktemp("fresh") / "tiny-bundle"
    write_bundle(output, engines=("onnx",))
    return output


def described(path, engine):
    """The part of a manifest that no version of a tool changes."""
    manifest = Bundle.open(path).manifest
    artifact = next(item for item in manifest.artifacts if item.engine == engine)
    programs = [dataclasses.replace(program, parity=None) for program in artifact.programs]
    files = {entry.path for entry in manifest.files}
    plain = dataclasses.replace(manifest, files=(), artifacts=(), versions={}, created_by="")
    return plain, files, artifact.lowering, {entry.path for entry in artifact.files}, programs


def test_the_manifest_is_what_we_make_today(tiny_bundle, fresh):
    assert described(tiny_bundle, "onnx") == described(fresh, "onnx"), MEND


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_has_the_same_programs(tiny_bundle, engine):
    manifest = Bundle.open(tiny_bundle).manifest
    artifact = next(item for item in manifest.artifacts if item.engine == engine)
    assert {(item.budget, item.length) for item in artifact.programs} == {
        (budget, length) for budget in ("fast", "full") for length in LENGTHS
    }
    assert manifest.budgets[0].schedule[:3] == tuple(map(float, KEEP.split(",")))
    for program in artifact.programs:
        assert program.parity.max_abs_error <= 1e-4
        assert program.parity.kept_agreement == 1


def test_the_golden_examples_are_what_we_make_today(tiny_bundle, fresh):
    old, new = (json.loads((path / "golden.json").read_text(encoding="utf-8")) for path in (tiny_bundle, fresh))
    assert old["schema_version"] == new["schema_version"]
    assert len(old["examples"]) == len(new["examples"]), MEND
    for ours, theirs in zip(old["examples"], new["examples"], strict=True):
        for name in ("text", "pair", "ids", "type_ids"):
            assert ours[name] == theirs[name], MEND
        assert list(ours["programs"]) == list(theirs["programs"])
        for program, output in ours["programs"].items():
            assert output["survivors"] == theirs["programs"][program]["survivors"], MEND
            np.testing.assert_allclose(
                output["logits"], theirs["programs"][program]["logits"], rtol=0, atol=ATOL, err_msg=MEND
            )


def test_the_tokenizer_gives_the_same_ids(tiny_bundle, fresh):
    texts = ["", "a good film", ("is it good ?", "never !"), "größer 🎬 filmy", "watch the sea at night " * 9]
    old, new = (Classifier.open(path, engine="onnx") for path in (tiny_bundle, fresh))
    tokenizer = tiny_model().tokenizer
    for text in texts:
        parts = (text,) if isinstance(text, str) else text
        assert old.tokens(text) == new.tokens(text), MEND
        expected = tokenizer.convert_ids_to_tokens(tokenizer(*parts, truncation=True, max_length=24).input_ids)
        assert list(old.tokens(text)) == expected


@pytest.mark.parametrize("engine", ENGINES)
def test_it_passes_its_own_verification(tiny_bundle, engine):
    checks = verify(tiny_bundle, engine=engine)
    assert len(checks) == 2 * len(LENGTHS)
    for check in checks:
        assert check.passed and check.texts > 0
        assert check.kept_agreement == check.label_agreement == 1


def test_a_fresh_bundle_passes_as_well(fresh):
    assert all(check.passed for check in verify(fresh, engine="onnx"))


def test_engines_keep_the_same_words(tiny_bundle):
    texts = ["a good film", "the way it was not bad again , never", "great , warm , fine and not a bit dull or long"]
    first, *others = (Classifier.open(tiny_bundle, engine=engine, budget="fast") for engine in ENGINES)
    for text in texts:
        expected = first(text)
        assert expected.survivors[0][0] == 0
        for other in others:
            assert other(text).survivors == expected.survivors
            np.testing.assert_allclose(other(text).logits, expected.logits, rtol=0, atol=1e-4)
