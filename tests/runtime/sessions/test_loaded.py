"""Programs that are dropped past a limit: which, when, and that nobody who uses one notices."""

import copy
import gc
import os
import subprocess
import sys
import threading
import weakref
from pathlib import Path

import numpy as np
import pytest

from edge_power_runtime import Classifier, InputError, Model
from tests.runtime.conftest import onnx_graph, write_toy_bundle

# Of one engine on one machine: the same graph on the same input.
SAME_ENGINE_ATOL = 1e-6
SHORT, LONG = "a", "good " * 10  # for the programs of length 8 and 16
TABLE_ROWS = 4_000_000
"""Of float32: 16 MB."""


def test_the_least_recently_used_program_is_dropped(toy_bundle, toy_engine):
    classifier = Classifier.open(toy_bundle, engine="onnx", max_loaded_programs=2)
    fast = classifier.at("fast")
    for answerer, text in ((classifier, SHORT), (classifier, LONG), (classifier, SHORT), (fast, SHORT)):
        answerer(text)
    assert toy_engine.loaded == ["full_8", "full_16", "fast_8"]
    classifier(SHORT)  # was used after full_16, so that one went
    assert toy_engine.loaded == ["full_8", "full_16", "fast_8"]
    classifier(LONG)  # and takes the place of fast_8
    classifier(SHORT)
    assert toy_engine.loaded == ["full_8", "full_16", "fast_8", "full_16"]


def test_without_a_limit_nothing_is_dropped(toy_bundle, toy_engine):
    classifier = Classifier.open(toy_bundle, engine="onnx")
    for _ in range(2):
        for budget in ("full", "fast"):
            classifier(SHORT, budget=budget), classifier(LONG, budget=budget)
    assert sorted(toy_engine.loaded) == ["fast_16", "fast_8", "full_16", "full_8"]


def test_a_program_is_dropped_before_the_next_one_loads(toy_bundle, toy_engine, monkeypatch):
    load, held = toy_engine.session, []

    def session(program):
        held.append([name for name, found in alive.items() if found() is not None])
        made = load(program)
        alive[program.name] = weakref.ref(made)
        return made

    alive: dict[str, weakref.ref] = {}
    monkeypatch.setattr(toy_engine, "session", session)
    classifier = Classifier.open(toy_bundle, engine="onnx", max_loaded_programs=1)
    classifier(SHORT), classifier(LONG), classifier(SHORT)
    assert held == [[], [], []]


def test_warm_up_loads_as_many_as_stay(toy_bundle, toy_engine):
    classifier = Classifier.open(toy_bundle, engine="onnx", max_loaded_programs=1)
    classifier.warm_up()
    assert toy_engine.loaded == ["full_8"]
    classifier.at("fast").warm_up()
    assert toy_engine.loaded == ["full_8", "fast_8"]


def test_a_program_loaded_for_the_caller_alone_takes_no_place(toy_bundle, toy_engine):
    model = Model.open(toy_bundle, engine="onnx", max_loaded_programs=1)
    first, second = model.artifact.programs[:2]
    kept = model.session(first)
    model.load(second)
    assert model.session(first) is kept


@pytest.mark.parametrize("most", [0, -1, 1.5, True, "2"])
def test_a_limit_below_one_program_is_refused(toy_bundle, most):
    with pytest.raises(InputError, match="`max_loaded_programs` is .*, must be a whole number of at least 1$"):
        Classifier.open(toy_bundle, engine="onnx", max_loaded_programs=most)


def test_a_copy_has_the_same_limit(toy_bundle, toy_engine):
    again = copy.copy(Classifier.open(toy_bundle, engine="onnx", max_loaded_programs=1))
    again(SHORT), again(LONG), again(SHORT)
    assert toy_engine.loaded == ["full_8", "full_16", "full_8"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
@pytest.mark.filterwarnings("ignore:os.fork:RuntimeWarning")  # JAX warns too, which LiteRT's converter imports
def test_a_forked_child_has_the_same_limit(toy_bundle, toy_engine):
    classifier = Classifier.open(toy_bundle, engine="onnx", max_loaded_programs=1)
    classifier(SHORT)
    child = os.fork()
    if not child:
        classifier(SHORT), classifier(LONG), classifier(SHORT)
        os._exit(0 if toy_engine.loaded[1:] == ["full_8", "full_16", "full_8"] else 3)
    assert os.waitpid(child, 0)[1] == 0


def test_a_dropped_program_ends_with_its_last_user(tiny_bundle, tiny_artifact):
    model = Model.open(tiny_bundle, engine=tiny_artifact.engine, max_loaded_programs=1)
    first, second = model.artifact.programs[:2]
    inputs = {spec.name: np.ones(spec.shape, dtype=spec.dtype) for spec in first.inputs}
    session = model.session(first)
    expected = session.run(inputs)["logits"].tolist()
    model.session(second)
    assert session.run(inputs)["logits"].tolist() == expected
    again = model.session(first)
    assert again is not session and again.run(inputs)["logits"].tolist() == expected
    ended = weakref.ref(session)
    del session
    gc.collect()
    assert ended() is None


def test_eight_threads_share_one_place(tiny_bundle, tiny_artifact):
    """Each loads what another is running; none gets another's answer, and at the end one program is held."""
    texts = ["a good film", "very dull " * 4, ("a", "b")]
    unlimited = Classifier.open(tiny_bundle, engine=tiny_artifact.engine)
    expected = {name: [unlimited(text, budget=name).logits for text in texts] for name in ("full", "fast")}
    limited = Classifier.open(tiny_bundle, engine=tiny_artifact.engine, max_loaded_programs=1)
    found: dict[int, list] = {}

    def work(number: int) -> None:
        budget = ("full", "fast")[number % 2]
        found[number] = [limited(text, budget=budget).logits for text in texts * 2]

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number in range(8):
        wanted = expected[("full", "fast")[number % 2]] * 2
        np.testing.assert_allclose(found[number], wanted, rtol=0, atol=SAME_ENGINE_ATOL)
    assert len(limited.model._loaded._sessions) == 1


def heavy_graph(length: int, keep: tuple[int, ...]) -> bytes:
    """The toy model, beside a table that its session holds: the first word's row of it is added, and is 0."""
    import onnx
    from onnx import helper, numpy_helper

    model = onnx.load_from_string(onnx_graph(length, keep))
    table = np.arange(TABLE_ROWS, dtype=np.float32)
    table[:1000] = 0
    model.graph.initializer.append(numpy_helper.from_array(table.reshape(-1, 1), "table"))
    model.graph.initializer.append(numpy_helper.from_array(np.array([0], dtype=np.int64), "axes"))
    (output,) = (node for node in model.graph.node if "logits" in node.output)
    output.output[0] = "plain"
    model.graph.node.extend(
        [
            helper.make_node("Gather", ["table", "input_ids"], ["rows"]),
            helper.make_node("ReduceSum", ["rows", "axis"], ["row"], keepdims=0),
            helper.make_node("Add", ["plain", "row"], ["logits"]),
        ]
    )
    return model.SerializeToString()


# In a process of its own: in this one, memory that earlier tests freed would be taken, and nothing grow.
GROWN = """
import os, sys
from pathlib import Path
from edge_power_runtime import Classifier

def resident_mb():  # proc_pid_statm(5)
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6

most = int(sys.argv[2]) or None
classifier = Classifier.open(sys.argv[1], engine="onnx", max_loaded_programs=most)
classifier("a")  # one program, and what is held once whatever is loaded
before = resident_mb()
for budget in ("full", "fast", "full"):
    classifier("a", budget=budget), classifier("good " * 10, budget=budget)
print(resident_mb() - before)
"""


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs Linux, to ask for resident memory")
def test_a_dropped_program_gives_its_memory_back(tmp_path):
    pytest.importorskip("onnx", reason="the toy graphs are made with onnx")
    pytest.importorskip("onnxruntime")
    bundle = write_toy_bundle(tmp_path / "bundle", heavy_graph)

    def grown_mb(most: int) -> float:
        command = [sys.executable, "-c", GROWN, str(bundle), str(most)]
        # glibc raises its threshold where a large piece is freed, and may keep the next; a given one stays.
        environment = {**os.environ, "MALLOC_MMAP_THRESHOLD_": "1000000"}
        return float(subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout)

    table_mb = TABLE_ROWS * 4 / 1e6
    # Three more tables against none; half a table for what malloc and the engine keep.
    assert grown_mb(0) > 2.5 * table_mb
    assert grown_mb(1) < 0.5 * table_mb
