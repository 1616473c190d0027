"""Every way in which a device can differ from golden.json is seen."""

import copy
import hashlib
import json
import weakref

import numpy as np
import pytest

from edge_power_runtime import Bundle, BundleError, VerificationError
from edge_power_runtime.engines import engine_info
from edge_power_runtime.verify import verify


@pytest.fixture
def edit_golden(edit_manifest):
    """Change golden.json of a bundle in place and enter its new digest."""

    def edit(bundle, change) -> None:
        golden = json.loads((bundle / "golden.json").read_text(encoding="utf-8"))
        change(golden)
        data = json.dumps(golden).encode()
        (bundle / "golden.json").write_bytes(data)
        digest = {"size_bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        edit_manifest(bundle, lambda manifest: manifest["files"][1].update(digest))

    return edit


@pytest.fixture
def accept(edit_manifest):
    """Change what an artifact must reach."""

    def edit(bundle, **changes) -> None:
        edit_manifest(bundle, lambda manifest: manifest["artifacts"][0]["acceptance"].update(changes))

    return edit


def checks_of(bundle, **options) -> dict:
    return {check.program: check for check in verify(bundle, engine="onnx", **options)}


def test_toy_bundle_passes(toy_bundle, toy_engine):
    checks = checks_of(toy_bundle)
    assert list(checks) == ["full_8", "full_16", "fast_8", "fast_16"]
    assert [check.texts for check in checks.values()] == [1, 2, 1, 2]  # the second text does not fit 8
    for check in checks.values():
        assert check.passed
        assert (check.max_abs_error, check.label_agreement, check.kept_agreement, check.atol) == (0, 1, 1, 1e-4)


def test_each_program_is_loaded_once_and_none_is_kept(toy_bundle, toy_engine):
    sessions = weakref.WeakSet()
    load, most = toy_engine.session, 0

    def counted(program):
        nonlocal most
        session = load(program)
        sessions.add(session)
        most = max(most, len(sessions))
        return session

    toy_engine.session = counted
    verify(toy_bundle, engine="onnx")
    assert toy_engine.loaded == ["full_8", "full_16", "fast_8", "fast_16"]
    assert most <= 2  # the one before it goes when the next one is there


def test_opened_bundle_is_taken(toy_bundle, toy_engine):
    assert all(check.passed for check in verify(Bundle.open(toy_bundle), engine="onnx"))


def test_other_logits_fail(toy_bundle, toy_engine, edit_golden):
    def change(golden: dict) -> None:
        golden["examples"][0]["programs"]["full_8"]["logits"] = [0.8, 0.2]

    edit_golden(toy_bundle, change)
    checks = checks_of(toy_bundle)
    assert not checks["full_8"].passed
    assert checks["full_8"].max_abs_error == pytest.approx(0.59, abs=1e-6)
    assert checks["full_8"].label_agreement == 0
    assert checks["full_16"].passed


def test_other_words_are_counted(toy_bundle, toy_engine, edit_golden, accept):
    def change(golden: dict) -> None:
        golden["examples"][0]["programs"]["fast_16"]["survivors"][1] = [0, 3, 2, 4]

    edit_golden(toy_bundle, change)
    checks = checks_of(toy_bundle)
    assert checks["fast_16"].kept_agreement == pytest.approx(1 - 1 / 21)  # five words and four, and eight and four
    assert checks["fast_16"].passed
    assert checks["fast_8"].kept_agreement == 1
    accept(toy_bundle, kept_agreement=1)
    assert not checks_of(toy_bundle)["fast_16"].passed


def test_order_and_padding_of_the_words_do_not_count(toy_bundle, toy_engine, edit_golden):
    def change(golden: dict) -> None:
        first = golden["examples"][0]["programs"]["fast_16"]["survivors"][0]
        golden["examples"][0]["programs"]["fast_16"]["survivors"][0] = [0, *reversed(first[1:]), 15]

    edit_golden(toy_bundle, change)
    assert checks_of(toy_bundle)["fast_16"].kept_agreement == 1


def test_tolerance_is_the_callers_then_the_artifacts(toy_bundle, toy_engine, edit_golden, accept):
    def shift(golden: dict) -> None:
        golden["examples"][0]["programs"]["full_8"]["logits"][0] += 0.01

    edit_golden(toy_bundle, shift)
    assert not checks_of(toy_bundle)["full_8"].passed
    accept(toy_bundle, max_abs_error=0.02)
    assert checks_of(toy_bundle)["full_8"].passed
    assert not checks_of(toy_bundle, atol=1e-3)["full_8"].passed


def test_an_artifact_may_ask_for_labels_alone(toy_bundle, toy_engine, edit_golden, accept):
    def change(golden: dict) -> None:
        golden["examples"][0]["programs"]["full_8"]["logits"] = [0.8, 0.2]
        golden["examples"][0]["programs"]["full_16"]["logits"] = [-900.0, 900.0]

    edit_golden(toy_bundle, change)
    accept(toy_bundle, max_abs_error=None, label_agreement=1)
    checks = checks_of(toy_bundle)
    assert not checks["full_8"].passed
    assert checks["full_16"].passed
    assert checks["full_16"].atol is None


@pytest.fixture
def repeating(toy_bundle, toy_engine, edit_golden, accept):
    """A bundle whose artifact gives logits of its own, which the golden examples tell; both are given to be changed."""

    def make(change) -> dict:
        def own(golden: dict) -> None:
            for example in golden["examples"]:
                example["artifacts"] = {"onnx fp32": copy.deepcopy(example["programs"])}
                for output in example["programs"].values():
                    output["logits"] = [-9.0, 9.0]  # of another model, one might say
            change(golden)

        edit_golden(toy_bundle, own)
        accept(toy_bundle, max_abs_error=None, label_agreement=1, kept_agreement=0.8, repeat_error=0.05)
        return checks_of(toy_bundle)

    return make


def test_an_artifact_repeats_what_it_gave_at_its_conversion(repeating):
    checks = repeating(lambda golden: None)
    assert all(check.passed for check in checks.values())
    assert {(check.max_abs_error, check.label_agreement, check.atol) for check in checks.values()} == {(0, 1, 0.05)}


@pytest.mark.parametrize(("shift", "passed"), [(0.04, True), (0.06, False)])
def test_logits_that_it_does_not_repeat_fail(repeating, shift, passed):
    """As those of a processor whose products saturate where they must not."""

    def change(golden: dict) -> None:
        for output in golden["examples"][0]["artifacts"]["onnx fp32"].values():
            output["logits"][1] += shift

    checks = repeating(change)
    assert [check.passed for check in checks.values()] == [passed] * 4
    assert checks["full_8"].max_abs_error == pytest.approx(shift, abs=1e-6)


def test_logits_of_other_words_are_not_compared(repeating):
    """Where scores are nearly equal, another machine keeps another word; too many others fail."""

    def change(golden: dict) -> None:
        output = golden["examples"][0]["artifacts"]["onnx fp32"]["fast_8"]
        output["survivors"][1] = [0, 2]
        output["logits"][1] += 0.2

    check = repeating(change)["fast_8"]
    assert (check.passed, check.max_abs_error) == (True, 0)
    assert 0.8 < check.kept_agreement < 1


def test_an_artifact_that_is_to_repeat_itself_and_has_no_example_fails(repeating):
    def change(golden: dict) -> None:
        del golden["examples"][0]["artifacts"]["onnx fp32"]["full_8"]

    checks = repeating(change)
    assert [name for name, check in checks.items() if not check.passed] == ["full_8"]
    assert checks["full_8"].texts == 0


def test_other_encoders_than_the_programs_are_a_bundle_error(toy_bundle, toy_engine, edit_golden):
    edit_golden(toy_bundle, lambda golden: golden["examples"][0]["programs"]["fast_8"]["survivors"].pop())
    with pytest.raises(BundleError, match="golden.json has the kept words of 1 encoders of program fast_8"):
        verify(toy_bundle, engine="onnx")


def test_nan_is_a_failure(toy_bundle, toy_engine, monkeypatch):
    session = toy_engine.session

    class Broken:
        def run(self, inputs):
            return {"logits": np.array([[np.nan, 1]], dtype=np.float32)}

    monkeypatch.setattr(
        toy_engine, "session", lambda program: Broken() if program.name == "full_8" else session(program)
    )
    check = checks_of(toy_bundle)["full_8"]
    assert not check.passed
    assert check.max_abs_error == float("inf")


def test_program_without_golden_text_fails(toy_bundle, toy_engine, edit_golden):
    edit_golden(toy_bundle, lambda golden: golden["examples"].pop(0))
    checks = checks_of(toy_bundle)
    assert (checks["full_8"].texts, checks["full_8"].passed) == (0, False)
    assert checks["full_16"].passed


def test_other_token_ids_are_a_verification_error(toy_bundle, toy_engine, edit_golden):
    edit_golden(toy_bundle, lambda golden: golden["examples"][1]["ids"].__setitem__(1, 9))
    with pytest.raises(VerificationError, match=r"tokenizer.json gives other token ids than examples\[1\]"):
        verify(toy_bundle, engine="onnx")


def test_other_number_of_logits_is_a_bundle_error(toy_bundle, toy_engine, edit_golden):
    edit_golden(toy_bundle, lambda golden: golden["examples"][0]["programs"]["full_8"]["logits"].append(0.0))
    with pytest.raises(BundleError, match="golden.json has 3 logits of program full_8, the program gives 2"):
        verify(toy_bundle, engine="onnx")


def test_altered_golden_is_a_bundle_error(toy_bundle, toy_engine):
    with (toy_bundle / "golden.json").open("a", encoding="utf-8") as stream:
        stream.write(" ")
    with pytest.raises(BundleError, match="golden.json .* has the size"):
        verify(toy_bundle, engine="onnx")


def test_real_graphs_pass(onnx_bundle):
    assert all(check.passed for check in verify(onnx_bundle, engine="onnx"))


def test_tiny_bundle_passes_in_every_installed_engine(tiny_bundle):
    for artifact in Bundle.open(tiny_bundle).manifest.artifacts:
        if engine_info(artifact.engine).is_installed:
            checks = verify(tiny_bundle, engine=artifact.engine, precision=artifact.precision)
            assert all(check.passed for check in checks), checks
