"""What becomes of a classifier when its process forks, ends, or copies it: real processes, real engines."""

import copy
import os
import pickle
import subprocess
import sys
import threading
import time

import pytest

from edge_power_runtime import Classifier, EngineError, InputError
from edge_power_runtime.system import lifetime

# Three threads classify while the main thread goes on.
THREADS = """
import os, sys, threading, time, warnings
from edge_power_runtime import Classifier
warnings.simplefilter("ignore")  # Python 3.12 warns of every fork of a process with threads
classifier = Classifier.open(sys.argv[1], engine=sys.argv[2], num_threads=2)
expected = classifier("a good film").logits
def work():
    while True:
        classifier("not a bad film at all")
for _ in range(3):
    threading.Thread(target=work, daemon=True).start()
"""
FORKS = """
for number in range(3 if sys.argv[2] == "executorch" else 10):  # whose children take a second each to end
    time.sleep(0.003 * (number % 3))
    child = os.fork()
    if not child:
        found = classifier("a good film").logits
        classifier.warm_up()
        # Some engines sum in another order when their threads are as new as here.
        same = max(abs(a - b) for a, b in zip(found, expected)) < 1e-5
        os._exit(0 if same else 3) if number else sys.exit(0 if same else 3)
    assert os.waitpid(child, 0)[1] == 0, number
print("done", flush=True)
"""


def run(code: str, bundle, engine: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-P", "-c", code, bundle, engine], capture_output=True, text=True, timeout=120
    )


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_child_answers_while_other_threads_classify(tiny_bundle, tiny_artifact):
    """Without starting afresh, the first or second child of LiteRT and of ExecuTorch hung on a held lock."""
    done = run(THREADS + FORKS, tiny_bundle, tiny_artifact.engine)
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr


def test_a_process_ends_while_daemon_threads_classify(tiny_bundle, tiny_artifact):
    """ONNX Runtime aborted 6 of 6 times: "terminate called without an active exception"."""
    # What was registered before us is called after us, and may classify: in the main thread nothing can go wrong.
    late = "import atexit; atexit.register(lambda: print(classifier('a').label, flush=True))"
    for _ in range(1 if tiny_artifact.engine == "executorch" else 3):  # which takes seconds to import
        done = run(f"{late}{THREADS}time.sleep(0.1)", tiny_bundle, tiny_artifact.engine)
        assert done.returncode == 0 and "terminate" not in done.stderr, done.stderr
        assert done.stdout in ("negative\n", "positive\n")


def test_other_threads_are_refused_when_the_process_ends(toy_bundle, toy_engine, monkeypatch):
    classifier = Classifier.open(toy_bundle, engine="onnx")
    monkeypatch.setattr(lifetime, "is_ending", True)
    errors = []

    def work():
        for call in (lambda: classifier("a"), lambda: classifier.tokens("a"), classifier.warm_up):
            try:
                call()
            except EngineError as error:
                errors.append(str(error))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert len(errors) == 3
    assert all("the process is ending, and no thread may start another answer" in error for error in errors)
    assert classifier("a").label == "positive"
    assert not lifetime.ANSWERING


def test_a_thread_that_failed_is_not_waited_for(toy_bundle, toy_engine):
    classifier = Classifier.open(toy_bundle, engine="onnx")
    with pytest.raises(InputError):
        classifier(5)
    with pytest.raises(InputError):
        classifier.tokens(5)
    assert not lifetime.ANSWERING


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
@pytest.mark.filterwarnings("ignore:os.fork:RuntimeWarning")  # JAX warns too, which LiteRT's converter imports
def test_a_child_forked_while_a_program_loads_loads_it_itself(toy_bundle, toy_engine, monkeypatch):
    classifier = Classifier.open(toy_bundle, engine="onnx")
    load, loading, go_on = toy_engine.session, threading.Event(), threading.Event()

    def slow(program):
        if threading.current_thread() is not threading.main_thread():
            loading.set()
            go_on.wait(60)
        return load(program)

    monkeypatch.setattr(toy_engine, "session", slow)
    thread = threading.Thread(target=classifier, args=("a",))
    thread.start()
    assert loading.wait(60)
    child = os.fork()
    if not child:
        os._exit(0 if classifier("a").label == "positive" else 3)
    end = time.monotonic() + 30
    while (found := os.waitpid(child, os.WNOHANG)) == (0, 0) and time.monotonic() < end:
        time.sleep(0.01)
    go_on.set()
    thread.join()
    assert found == (child, 0)


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda found: pickle.loads(pickle.dumps(found))])
def test_a_copy_opens_the_bundle_again(toy_bundle, toy_engine, monkeypatch, tmp_path, again):
    monkeypatch.chdir(toy_bundle.parent)
    first = Classifier.open(toy_bundle.name, engine="onnx", budget="fast", num_threads=3)
    text = "a good film"
    expected = first(text)
    assert again(first) is not first
    second = again(first)
    monkeypatch.chdir(tmp_path.parent)
    assert second(text) == expected
    assert (second.budget, second.num_threads, second.artifact) == ("fast", 3, first.artifact)


def test_a_pickled_classifier_whose_bundle_is_gone_says_so(toy_bundle, toy_engine):
    data = pickle.dumps(Classifier.open(toy_bundle, engine="onnx"))
    (toy_bundle / "bundle.json").unlink()
    with pytest.raises(Exception, match="bundle.json is missing in the bundle"):
        pickle.loads(data)
