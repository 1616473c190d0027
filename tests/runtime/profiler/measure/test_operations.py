"""Per-operation times: ONNX Runtime's on a real bundle, its file read by hand, and why others have none."""

import json
import tempfile
from pathlib import Path

import pytest

from edge_power_runtime import Bundle, EngineError, InputError
from edge_power_runtime.profiler.measure.onnx_profile import NodeTime, median_times, read_runs
from edge_power_runtime.profiler.measure.operations import place_of, profile_operations
from edge_power_runtime.profiler.report.record import Case

FAST = Case("onnx", "fp32", "fast", 24, 1)
FULL = Case("onnx", "fp32", "full", 8, 1)


@pytest.fixture(scope="module")
def profiled(tiny_bundle):
    pytest.importorskip("onnxruntime")
    return profile_operations(Bundle.open(tiny_bundle), [FAST, FULL], runs=3)


def groups_of(operations, encoder):
    return {item.group for item in operations.operations if item.encoder == encoder}


def test_every_encoder_and_its_parts_are_found(profiled):
    fast, full = profiled
    assert (fast.case, full.case) == (FAST, FULL)
    assert fast.runs == 3 and fast.unavailable is None
    # Four encoders: the first three drop words, the last computes one row.
    assert [groups_of(fast, encoder) for encoder in (1, 2, 3)] == [{"attention", "extract", "ffn"}] * 3
    assert groups_of(fast, 4) == {"attention", "ffn"}
    assert [groups_of(full, encoder) for encoder in (1, 2, 3, 4)] == [{"attention", "ffn"}] * 4
    assert groups_of(fast, None) == {"rest"}
    assert {item.encoder for item in fast.operations} == {None, 1, 2, 3, 4}


def test_operations_are_where_they_belong(profiled):
    kinds = {}
    for item in profiled[0].operations:
        kinds.setdefault(item.kind, set()).add(item.group)
    assert kinds["Gelu"] == {"ffn"}
    assert kinds["TopK"] == {"extract"}
    assert kinds["Softmax"] == {"attention"}
    assert kinds["LayerNormalization"] == {"attention", "ffn", "rest"}, "the embeddings' is the rest"


def test_names_are_unique_and_times_are_times(profiled):
    for operations in profiled:
        names = [item.name for item in operations.operations]
        assert len(set(names)) == len(names) > 40
        # A tiny operation takes microseconds; a second would be another unit.
        assert all(0 <= item.time_ms < 1000 for item in operations.operations)
        assert sum(item.time_ms for item in operations.operations) > 0


def test_nothing_is_left_in_the_temporary_folder(tiny_bundle, tmp_path, monkeypatch):
    pytest.importorskip("onnxruntime")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    here = set(Path.cwd().iterdir())
    profile_operations(Bundle.open(tiny_bundle), [FULL], runs=1)
    assert list(tmp_path.iterdir()) == []
    assert set(Path.cwd().iterdir()) == here


@pytest.mark.parametrize(("engine", "reason"), [("tflite", "LiteRT's Python package"), ("executorch", "event tracer")])
def test_other_engines_say_why_they_do_not_tell(tiny_bundle, engine, reason):
    case = Case(engine, "fp32", "fast", 24, 1)
    (found,) = profile_operations(Bundle.open(tiny_bundle), [case])
    assert (found.case, found.runs, found.operations) == (case, 0, ())
    assert reason in found.unavailable and "does not time" in found.unavailable or "built without" in found.unavailable


def test_what_the_bundle_does_not_have_is_refused(tiny_bundle):
    bundle = Bundle.open(tiny_bundle)
    with pytest.raises(InputError, match="has no program for onnx fp32 fast 9, 1 thread; choose a budget and a length"):
        profile_operations(bundle, [Case("onnx", "fp32", "fast", 9, 1)])
    with pytest.raises(InputError, match="at least 1 run; got 0"):
        profile_operations(bundle, [FAST], runs=0)


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("encoders.0/attention/encoder.query/Gemm_17", (1, "attention")),
        ("encoders.11/extract/TopK_3", (12, "extract")),
        ("encoders.2/feed_forward/Add_9", (3, "ffn")),
        ("encoders.1/attention/MatMul_23/MatmulTransposeFusion/", (2, "attention")),
        ("fused encoders.0/feed_forward/encoder.expand/Gemm_2", (1, "ffn")),
        ("encoders.0/Add_9", (1, "rest")),
        ("head/pooler/Gemm_112", (None, "rest")),
        ("fused head/pooler/Gemm_112", (None, "rest")),
        ("node_linear_3", (None, "rest")),
        ("my.encoders.0/attention/Gemm_1", (None, "rest")),
        ("", (None, "rest")),
    ],
)
def test_a_name_tells_the_place(name, place):
    assert place_of(name) == place


def node(name, dur, kind="Add"):
    return {"cat": "Node", "name": f"{name}_kernel_time", "dur": dur, "ts": 0, "args": {"op_name": kind}}


RUN = {"cat": "Session", "name": "model_run", "dur": 9, "ts": 0, "args": {}}
LOADING = {"cat": "Session", "name": "session_initialization", "dur": 9, "ts": 0, "args": {}}
FENCE = {"cat": "Node", "name": "a_fence_before", "dur": 1, "ts": 0, "args": {"op_name": "Add"}}


def test_runs_are_told_apart(tmp_path):
    file = tmp_path / "profile.json"
    file.write_text(
        json.dumps([LOADING, FENCE, node("a", 3), node("b", 4, "Gelu"), RUN, node("a", 5), RUN, node("a", 1)])
    )
    assert read_runs(file) == ((NodeTime("a", "Add", 3), NodeTime("b", "Gelu", 4)), (NodeTime("a", "Add", 5),))


def test_the_median_is_taken_node_by_node_in_the_order_of_a_run():
    runs = [[NodeTime("b", "Add", time), NodeTime("a", "Add", 2 * time)] for time in (3, 100, 1)]
    assert median_times(runs) == (NodeTime("b", "Add", 3), NodeTime("a", "Add", 6))


def test_runs_that_differ_or_tell_nothing_are_refused():
    with pytest.raises(EngineError, match="other operations in one run than in the next"):
        median_times([[NodeTime("a", "Add", 1)], [NodeTime("b", "Add", 1)]])
    with pytest.raises(EngineError, match="tells of no operation"):
        median_times([])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{}", "must be an array"),
        (b"[", "not valid JSON"),
        (b'[{"name": 3}]', r"\[0\].name must be a string"),
        (b'[{"name": "a_kernel_time", "cat": "Node", "dur": -1, "args": {"op_name": "A"}}]', "at least 0"),
        (b'[{"name": "a_kernel_time", "cat": "Node", "dur": 1, "args": {}}]', "op_name is missing"),
    ],
)
def test_a_file_of_another_form_is_refused(tmp_path, content, message):
    file = tmp_path / "profile.json"
    file.write_bytes(content)
    with pytest.raises(EngineError, match=f"writes its profile in another form: .*{message}"):
        read_runs(file)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(EngineError, match="ONNX Runtime wrote no profile to"):
        read_runs(tmp_path / "none.json")


def test_any_bytes_are_runs_or_an_engine_error(tmp_path):
    hypothesis = pytest.importorskip("hypothesis")
    st = hypothesis.strategies
    literal = json.dumps([LOADING, node("a", 3), RUN]).encode()
    file = tmp_path / "profile.json"

    @hypothesis.settings(max_examples=200, deadline=None)
    @hypothesis.given(st.integers(0, len(literal) - 1), st.binary(max_size=4), st.integers(0, 4))
    def check(start, inserted, removed):
        file.write_bytes(literal[:start] + inserted + literal[start + removed :])
        try:
            assert isinstance(read_runs(file), tuple)
        except EngineError as error:
            assert "in another form" in str(error)

    check()
