"""Each engine's session: on the toy graph for ONNX Runtime, on the tiny bundle for all three."""

import dataclasses
import sys
import threading

import numpy as np
import pytest

from edge_power_runtime import Bundle, Classifier, EngineError, MissingEngineError, UnsupportedEngineError
from edge_power_runtime.bundle.golden import read_golden
from edge_power_runtime.engines import engine_info
from edge_power_runtime.sessions import open_engine, open_session
from edge_power_runtime.sessions.tflite import check_numpy_for_tflite_runtime

LITERT_MODULES = ["ai_edge_litert.compiled_model", "ai_edge_litert.interpreter", "tflite_runtime.interpreter"]

# One engine against itself: the same graph on the same input. XNNPACK may split sums by thread count, hence not 0.
SAME_ENGINE_ATOL = 1e-5


def inputs_of(length: int, words: int, dtype: type = np.int64) -> dict[str, np.ndarray]:
    """A text of `words` tokens whose ids are 2, 4, 5, 4, 5, ..., 3."""
    ids = np.zeros((1, length), dtype=dtype)
    ids[0, :words] = [2, *(4 + index % 2 for index in range(words - 2)), 3]
    return {
        "input_ids": ids,
        "attention_mask": (ids > 0).astype(dtype),
        "token_type_ids": np.zeros((1, length), dtype=dtype),
    }


def onnx_session(bundle_path, name: str):
    artifact = Bundle.open(bundle_path).artifact("onnx")
    program = next(program for program in artifact.programs if program.name == name)
    return open_session(bundle_path, artifact, program)


@pytest.mark.parametrize("dtype", [np.int32, np.int64, np.uint8])
def test_onnx_names_and_casts(onnx_bundle, dtype):
    outputs = onnx_session(onnx_bundle, "fast_8").run(inputs_of(8, 4, dtype))
    assert list(outputs) == ["logits", "kept"]
    np.testing.assert_allclose(outputs["logits"], [[0.14, 0.86]], atol=1e-6)
    np.testing.assert_array_equal(outputs["kept"], [0, 2, 1, 3, 0, 1])


def test_onnx_runs_what_the_toy_engine_runs(onnx_bundle):
    real = Classifier.open(onnx_bundle, engine="onnx", budget="fast")
    found = real("the very bad films")
    assert found.program == "fast_8"
    assert found.logits == pytest.approx((0.45, 0.55), abs=1e-6)
    assert found.survivors == ((0, 2, 5, 1), (0, 2))


def test_outputs_are_the_callers_own(onnx_bundle):
    session = onnx_session(onnx_bundle, "full_8")
    first = session.run(inputs_of(8, 4))["logits"]
    copy = first.copy()
    session.run(inputs_of(8, 8))
    np.testing.assert_array_equal(first, copy)


def test_missing_and_misshapen_inputs_are_told(onnx_bundle):
    session = onnx_session(onnx_bundle, "full_8")
    with pytest.raises(EngineError, match="program full_8 got no input attention_mask; it got input_ids"):
        session.run({"input_ids": np.zeros((1, 8), dtype=np.int64)})
    with pytest.raises(EngineError, match=r"got input_ids of shape \(1, 16\), expected \(1, 8\)"):
        session.run(inputs_of(16, 4))


def test_malformed_graph_is_an_engine_error(onnx_bundle):
    (onnx_bundle / "onnx/full_8.onnx").write_bytes(b"no graph")
    with pytest.raises(EngineError, match="ONNX Runtime cannot load program full_8 from "):
        onnx_session(onnx_bundle, "full_8")


@pytest.mark.parametrize(
    ("engine", "modules", "extra"),
    [
        ("onnx", ["onnxruntime"], "onnx"),
        ("tflite", LITERT_MODULES, "tflite"),
        ("executorch", ["torch"], "executorch"),
    ],
)
def test_missing_engine_tells_the_command(toy_bundle, monkeypatch, engine, modules, extra):
    for module in modules:
        # None makes the import fail as if nothing were installed; the package above it may be there or not.
        monkeypatch.setitem(sys.modules, module.split(".")[0], None)
        monkeypatch.setitem(sys.modules, module, None)
    for ours in ("litert", "tflite_legacy"):  # these import it when they are imported themselves
        monkeypatch.delitem(sys.modules, f"edge_power_runtime.sessions.{ours}", raising=False)
    artifact = dataclasses.replace(Bundle.open(toy_bundle).manifest.artifacts[0], engine=engine)
    with pytest.raises(MissingEngineError) as caught:
        open_engine(toy_bundle, artifact)
    assert f'pip install "edge-power-runtime[{extra}]"' in str(caught.value)


def test_unknown_engine_is_unsupported(toy_bundle):
    artifact = dataclasses.replace(Bundle.open(toy_bundle).manifest.artifacts[0], engine="coreml")
    with pytest.raises(UnsupportedEngineError, match="no session for 'coreml'; this runtime runs onnx, tflite, exec"):
        open_engine(toy_bundle, artifact)


def test_a_package_that_the_artifact_was_not_found_right_on_is_refused(tiny_bundle, tiny_artifact):
    package = engine_info(tiny_artifact.engine).package
    open_engine(tiny_bundle, dataclasses.replace(tiny_artifact, runtimes=("another", package)))
    with pytest.raises(EngineError) as caught:
        open_engine(tiny_bundle, dataclasses.replace(tiny_artifact, precision="int8", runtimes=("another",)))
    assert str(caught.value) == (
        f"{tiny_artifact.engine} int8 of this bundle gives right answers on another, found {package}; run: pip install "
        "another, or choose another precision"
    )


def test_numpy_2_beside_tflite_runtime_is_refused_with_the_fix():
    check_numpy_for_tflite_runtime("1.26.4")
    with pytest.raises(EngineError, match="found numpy 2.4.6; run: pip install 'numpy<2'"):
        check_numpy_for_tflite_runtime("2.4.6")


def test_every_program_gives_what_the_manifest_says(tiny_bundle, tiny_artifact):
    engine = open_engine(tiny_bundle, tiny_artifact)
    for program in tiny_artifact.programs:
        outputs = engine.session(program).run(inputs_of(program.length, 3))
        assert [spec.name for spec in program.outputs] == list(outputs)
        for spec in program.outputs:
            assert (outputs[spec.name].shape, outputs[spec.name].dtype) == (spec.shape, np.dtype(spec.dtype))


def test_logits_are_the_golden_ones_in_every_engine(tiny_bundle, tiny_artifact):
    classifiers = {
        budget: Classifier.open(tiny_bundle, engine=tiny_artifact.engine, budget=budget)
        for budget in {program.budget for program in tiny_artifact.programs}
    }
    # The bound that design.md sets for fp32 engines against eager.
    for example in read_golden(Bundle.open(tiny_bundle).read("golden.json")):
        for classifier in classifiers.values():
            found = classifier(example.text)
            if not found.truncated:
                assert found.logits == pytest.approx(example.programs[found.program].logits, abs=1e-4)


def test_missing_inputs_and_methods_are_engine_errors(tiny_bundle, tiny_artifact):
    program = tiny_artifact.programs[0]
    engine = open_engine(tiny_bundle, tiny_artifact)
    with pytest.raises(EngineError, match=f"program {program.name} got no input "):
        engine.session(program).run({})
    if tiny_artifact.engine != "onnx":
        with pytest.raises(EngineError, match=f"cannot load program {program.name} from"):
            engine.session(dataclasses.replace(program, method="absent"))


def test_read_only_inputs_are_fine(tiny_bundle, tiny_artifact):
    program = tiny_artifact.programs[0]
    inputs = inputs_of(program.length, 3)
    for array in inputs.values():
        array.flags.writeable = False
    assert open_session(tiny_bundle, tiny_artifact, program).run(inputs)["logits"].size


def test_eight_threads_and_two_thread_counts_agree(tiny_bundle, tiny_artifact):
    """With ExecuTorch the alternating counts also unload and load again: the pool is one per process."""
    texts = ["a good film", "", "very dull " * 4, ("a", "b")]
    one = Classifier.open(tiny_bundle, engine=tiny_artifact.engine, num_threads=1)
    two = Classifier.open(tiny_bundle, engine=tiny_artifact.engine, num_threads=2)
    expected = [found.logits for found in one.classify(texts)]
    found: dict[int, list] = {}

    def work(number: int) -> None:
        found[number] = [prediction.logits for prediction in (one, two)[number % 2].classify(texts * 3)]

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number in range(8):
        np.testing.assert_allclose(found[number], expected * 3, rtol=0, atol=SAME_ENGINE_ATOL)


@pytest.mark.parametrize("content", [b"", b"ET12", bytes(range(256)) * 40])
def test_what_is_no_executorch_program_is_refused(tiny_copy, content):
    """Under a digest that fits: ExecuTorch itself may end the process at such bytes."""
    pytest.importorskip("executorch")
    artifact = Bundle.open(tiny_copy).artifact("executorch")
    (tiny_copy / "model.pte").write_bytes(content)
    with pytest.raises(EngineError, match=r"model.pte is no ExecuTorch program: .* expected b'ET12'; convert the mod"):
        open_session(tiny_copy, artifact, artifact.programs[0])
