"""Every engine's artifact: what its own stock client finds in it, and whether it says what eager says."""

import hashlib
import re

import numpy as np
import pytest

from edge_power.conversion.artifacts import converter_for
from edge_power_converters.parity import check_artifact
from edge_power_runtime.bundle.tensors import ROLES
from edge_power_runtime.sessions import open_engine
from edge_power_runtime.tasks import Classification
from tests.converters.conftest import ATOL, RETENTION, TOPK_KEEP, assert_says_what_eager_says, stable_order

CLASSIFIERS = tuple(RETENTION)


@pytest.fixture(scope="session")
def reported(converted):
    """Inputs and outputs as the engine's own client reports them: by program, {name or position: (dtype, shape)}."""
    return {"onnx": _onnx, "executorch": _executorch, "tflite": _tflite}[converted.engine](converted)


def _onnx(converted):
    import onnxruntime

    found = {}
    for name, program in {name: converted.program(name) for name in converted.sources}.items():
        session = onnxruntime.InferenceSession(converted.directory / program.file)
        found[name] = tuple(
            {item.name: (_TYPES[item.type], tuple(item.shape)) for item in side}
            for side in (session.get_inputs(), session.get_outputs())
        )
    return found


def _executorch(converted):
    from executorch.runtime import Runtime

    program = Runtime.get().load_program(converted.directory / "model.pte")
    assert program.method_names == set(converted.sources)
    found = {}
    for name in converted.sources:
        meta = program.metadata(name)
        found[name] = tuple(
            {position: (_SCALARS[of(position).dtype()], tuple(of(position).sizes())) for position in range(count)}
            for of, count in (
                (meta.input_tensor_meta, meta.num_inputs()),
                (meta.output_tensor_meta, meta.num_outputs()),
            )
        )
    return found


def _tflite(converted):
    interpreter = _interpreter(converted)
    assert set(interpreter.get_signature_list()) == set(converted.sources)
    found = {}
    for name in converted.sources:
        runner = interpreter.get_signature_runner(name)
        found[name] = tuple(
            {key: (np.dtype(item["dtype"]).name, tuple(item["shape"].tolist())) for key, item in side.items()}
            for side in (runner.get_input_details(), runner.get_output_details())
        )
    return found


def _interpreter(converted):
    from ai_edge_litert.interpreter import Interpreter

    return Interpreter(model_path=str(converted.directory / "model.tflite"))


_TYPES = {"tensor(int64)": "int64", "tensor(float)": "float32"}
_SCALARS = {4: "int64", 6: "float32"}


def test_specifications_are_what_the_engine_reports(converted, reported):
    for program in converted.artifact.programs:
        for specs, actual in zip((program.inputs, program.outputs), reported[program.name], strict=True):
            described = {
                (spec.position if converted.engine == "executorch" else spec.engine_name): (spec.dtype, spec.shape)
                for spec in specs
            }
            assert described == actual, program.name


def test_specifications_name_what_the_program_was_traced_with(converted):
    for name, source in converted.sources.items():
        program = converted.program(name)
        assert [spec.name for spec in program.inputs] == list(source.inputs)
        assert [spec.name for spec in program.outputs] == list(source.outputs)
        assert [ROLES[spec.name] for spec in program.inputs] == [spec.role for spec in program.inputs]
        for spec in program.inputs:
            assert (spec.engine_name is None) == (converted.engine == "executorch")
            assert (spec.position is None) == (converted.engine != "executorch")
    assert [spec.name for spec in converted.program("full_8").outputs] == ["logits"]


def test_files_are_those_on_disk(converted):
    on_disk = sorted(path for path in converted.directory.rglob("*") if path.is_file())
    assert [entry.path for entry in converted.artifact.files] == [
        path.relative_to(converted.directory).as_posix() for path in on_disk
    ]
    for entry, path in zip(converted.artifact.files, on_disk, strict=True):
        assert (entry.size_bytes, entry.sha256) == (path.stat().st_size, hashlib.sha256(path.read_bytes()).hexdigest())


def test_file_names_are_the_formats(converted):
    names = {entry.path for entry in converted.artifact.files}
    expected = {
        "onnx": {"onnx/weights.bin", *(f"onnx/{name}.onnx" for name in converted.sources)},
        "executorch": {"model.pte"},
        "tflite": {"model.tflite"},
    }
    assert names == expected[converted.engine]
    for program in converted.artifact.programs:
        assert program.file == program.files[0] and set(program.files) <= names
        weights = {"onnx/weights.bin"} if converted.engine == "onnx" and program.name in CLASSIFIERS else set()
        assert set(program.files[1:]) == weights, "a graph names the weights that it needs, and no other file"
    assert all((program.method is None) == (converted.engine == "onnx") for program in converted.artifact.programs)


def test_versions_and_lowering_are_recorded(converted):
    needed = {
        "onnx": {"torch", "onnx", "onnxscript", "onnxruntime"},
        "executorch": {"torch", "executorch"},
        "tflite": {"torch", "litert-torch", "ai-edge-litert"},
    }
    assert needed[converted.engine] <= set(converted.artifact.versions)
    assert converted.artifact.lowering == "as named"
    assert converted.artifact.precision == "fp32"


def test_the_encoders_are_recorded(converted):
    for name, source in converted.sources.items():
        program = converted.program(name)
        assert (program.first, program.last) == (1, source.last)


def test_steps_are_told(converted):
    assert len(converted.steps) == converter_for(converted.engine).steps(len(converted.sources))
    if converted.engine == "onnx":
        assert converted.steps == tuple(converted.sources)


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_engine_says_what_eager_says(converted, references, name):
    assert_says_what_eager_says(converted.session(name), references[name], RETENTION[name])


_ONE = np.float32(1)
_ABOVE = np.nextafter(_ONE, np.float32(2))


@pytest.mark.parametrize(
    "values",
    [
        [1.0] * 12,
        [0.0] * 12,
        [-1.0] * 12,
        [1, 0, 2, 2, 2, 2, 1, 1, 1, 1, 0, 0],
        [-3, -1, -1, -1, -5, -1, -1, -1, -1, -1, -1, 0],
        [10_000.5, 0.25, 0.25, 0.5, 0.25, 0.5, 0.25, -9999.75, -9999.75, -9999.75, -9999.75, -9999.75],
        [0, 1e-20, 0, 1, 1, 0, 0, 0, 0, 0, 1e-20, 1],
        [_ONE, _ONE, _ABOVE, _ONE, _ONE, _ONE, _ABOVE, _ONE, _ONE, _ONE, _ONE, _ABOVE],
        [0.1, 0.9, 0.3, 0.7, 0.5, 0.2, 0.8, 0.4, 0.6, 0.05, 0.95, 0.35],
    ],
    ids=["ones", "zeros", "negative", "groups", "negative groups", "like priorities", "near 0", "one ulp", "none tie"],
)
def test_topk_is_stable(converted, values):
    """Equal values in their order, values one ulp apart by size: what ExecuTorch's own topk does not do."""
    array = np.array([values], dtype=np.float32)
    found = converted.session("plain_12").run({"words": array})["kept"].tolist()
    assert found == stable_order(array[0], TOPK_KEEP)


def test_programs_of_one_artifact_do_not_disturb_each_other(converted, references):
    engine = open_engine(converted.directory, converted.artifact)
    sessions = {name: engine.session(converted.program(name)) for name in ("topk_12", "full_8")}
    first = {name: sessions[name].run(references[name][1].inputs)["logits"] for name in sessions}
    for name in (*sessions, *reversed(sessions)):
        np.testing.assert_array_equal(sessions[name].run(references[name][1].inputs)["logits"], first[name])


def test_parity_is_measured_and_stored(converted, references):
    classifiers = [program for program in converted.artifact.programs if program.name in CLASSIFIERS]
    artifact = type(converted.artifact)(
        **{field: getattr(converted.artifact, field) for field in converted.artifact.__slots__ if field != "programs"},
        programs=tuple(classifiers),
    )
    told = []
    checked, checks = check_artifact(
        converted.directory,
        artifact,
        lambda program: references[program.name],
        agree=Classification().agree,
        progress=told.append,
    )
    assert told == list(CLASSIFIERS)
    for program, check in zip(checked.programs, checks, strict=True):
        assert check.passed
        assert program.parity == check.parity
        assert program.parity.texts == len(references[program.name])
        assert 0 < program.parity.max_abs_error < ATOL, "an error of exactly 0 would mean that eager ran twice"
        assert program.parity.label_agreement == program.parity.kept_agreement == 1


def test_stock_client_classifies_without_our_code(converted, references):
    reference = references["topk_12"][2]
    logits = {"onnx": _run_onnx, "executorch": _run_executorch, "tflite": _run_tflite}[converted.engine](
        converted, reference.inputs
    )
    np.testing.assert_allclose(logits[0], reference.logits, rtol=0, atol=ATOL)


def _run_onnx(converted, inputs):
    import onnxruntime

    return onnxruntime.InferenceSession(converted.directory / "onnx/topk_12.onnx").run(["logits"], dict(inputs))[0]


def _run_executorch(converted, inputs):
    import torch
    from executorch.runtime import Runtime

    method = Runtime.get().load_program(converted.directory / "model.pte").load_method("topk_12")
    arrays = [inputs[name] for name in ("input_ids", "attention_mask", "token_type_ids")]
    return method.execute([torch.from_numpy(array.copy()) for array in arrays])[0].numpy()


def _run_tflite(converted, inputs):
    runner = _interpreter(converted).get_signature_runner("topk_12")
    return runner(**{name: array.astype(np.int32) for name, array in inputs.items()})["logits"]


def test_artifacts_tell_nothing_of_the_machine_that_made_them(converted):
    """Stack traces and paths of source files are larger than a graph, and none of a user's business."""
    for entry in converted.artifact.files:
        content = (converted.directory / entry.path).read_bytes()
        assert not re.findall(rb"[\w/.-]+\.py\b", content), entry.path
        assert str(converted.directory.parent).encode() not in content


def test_onnx_graphs_are_plain(conversion):
    import onnx

    converted = conversion("onnx")

    for name in converted.sources:
        path = converted.directory / "onnx" / f"{name}.onnx"
        onnx.checker.check_model(path, full_check=True)
        graph = onnx.load(path, load_external_data=False)
        assert [(item.domain, item.version) for item in graph.opset_import] == [("", 20)]
        assert not graph.metadata_props and not graph.functions
        for node in graph.graph.node:
            assert not node.metadata_props and not node.doc_string and not node.domain
        large = [item for item in graph.graph.initializer if item.data_location != onnx.TensorProto.EXTERNAL]
        assert all(len(item.raw_data) < 1024 for item in large)
        locations = {entry.value for item in graph.graph.initializer for entry in item.external_data}
        assert locations <= {"weights.bin", *(value for value in locations if value.isdigit())}


def test_executorch_runs_the_products_in_xnnpack(conversion):
    from executorch.exir._serialize._program import deserialize_pte_binary
    from executorch.exir.schema import DelegateCall

    content = (conversion("executorch").directory / "model.pte").read_bytes()
    plans = {plan.name: plan for plan in deserialize_pte_binary(content).program.execution_plan}
    for name in CLASSIFIERS:
        plan = plans[name]
        assert {delegate.id for delegate in plan.delegates} == {"XnnpackBackend"}
        calls = sum(isinstance(item.instr_args, DelegateCall) for item in plan.chains[0].instructions)
        assert calls == len(plan.delegates) > 0
        own = {operator.name for operator in plan.operators}
        # aten::mm stays: XNNPACK takes a product of two activations only with a batch axis.
        assert not own & {"aten::linear", "aten::addmm", "aten::bmm", "aten::_softmax", "aten::gelu"}


def test_tflite_needs_no_custom_operation(conversion):
    interpreter = _interpreter(conversion("tflite"))
    interpreter.allocate_tensors()
    operations = {item["op_name"] for item in interpreter._get_ops_details()}
    assert operations
    assert not {name for name in operations if name.lower().startswith(("flex", "custom"))}


def test_tflite_gathers_whole_rows(conversion):
    """LiteRT's own lowering of index_select looks at every number, outside XNNPACK; see docs/efficiency.md."""
    interpreter = _interpreter(conversion("tflite"))
    interpreter.allocate_tensors()
    operations = {item["op_name"] for item in interpreter._get_ops_details()}
    assert "GATHER" in operations
    assert not operations & {"GATHER_ND", "SELECT_V2", "REDUCE_ALL"}
