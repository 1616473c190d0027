"""An artifact is opened once: what its classifiers share, and what each has of its own."""

import copy
import gc
import hashlib
import os
import pickle
import time
import weakref
from pathlib import Path
from types import SimpleNamespace

import pytest

from edge_power_runtime import Bundle, Classifier, InputError, Model
from edge_power_runtime.bundle import bundle as bundle_module
from edge_power_runtime.sessions import tflite

LONG = "good " * 10  # 12 tokens


@pytest.fixture
def opened(monkeypatch, toy_engine) -> list[str]:
    """The toy engine in place of every real one, and the engines that were opened."""
    found: list[str] = []

    def open_engine(path, artifact, *, num_threads):
        found.append(f"{artifact.engine}, {num_threads} threads")
        return toy_engine

    monkeypatch.setattr("edge_power_runtime.model.open_engine", open_engine)
    return found


@pytest.fixture
def read_files(monkeypatch) -> list[str]:
    """The names of the files whose digest was taken."""
    found: list[str] = []

    def file_digest(stream, name):
        found.append(Path(stream.name).name)
        return hashlib.file_digest(stream, name)

    monkeypatch.setattr(bundle_module, "hashlib", SimpleNamespace(file_digest=file_digest))
    return found


def test_classifiers_of_all_budgets_share_one_engine_and_its_programs(toy_bundle, toy_engine, opened):
    model = Model.open(toy_bundle, engine="onnx", num_threads=2)
    full, fast = model.at("full"), model.at("fast")
    assert opened == ["onnx, 2 threads"] and toy_engine.loaded == []
    assert [full("a").program, fast("a").program, model.at("fast")("good").program] == ["full_8", "fast_8", "fast_8"]
    assert opened == ["onnx, 2 threads"] and toy_engine.loaded == ["full_8", "fast_8"]
    assert fast.model is full.model is model
    assert (fast.bundle, fast.artifact, fast.num_threads) == (model.bundle, model.artifact, 2)


def test_a_classifier_gives_its_siblings(toy_bundle, opened):
    first = Classifier.open(toy_bundle, engine="onnx", budget="fast")
    second = first.at("full")
    assert second.model is first.model
    assert (first.budget, second.budget, second.at().budget, first.at("fast").budget) == (
        "fast",
        "full",
        "full",
        "fast",
    )
    assert len(opened) == 1


def test_a_call_may_name_its_budget(toy_bundle, toy_engine, opened):
    classifier = Classifier.open(toy_bundle, engine="onnx")
    assert [classifier("a", budget=name).program for name in ("fast", "full", None)] == ["fast_8", "full_8", "full_8"]
    assert [found.program for found in classifier.classify(["a", LONG], budget="fast")] == ["fast_8", "fast_16"]
    assert classifier.classify(["a"])[0].program == "full_8"
    assert len(opened) == 1 and toy_engine.loaded == ["fast_8", "full_8", "fast_16"]
    with pytest.raises(InputError, match="no budget 'slow' in onnx fp32 of the bundle .*; it has: full, fast"):
        classifier("a", budget="slow")


def test_a_sibling_is_made_once(toy_bundle, toy_engine, monkeypatch):
    classifier = Classifier.open(toy_bundle, engine="onnx")
    fast = classifier.at("fast")
    assert classifier.at("fast") is fast and classifier.at("full") is classifier.at() is classifier
    made = []
    monkeypatch.setattr(Classifier, "__init__", lambda *args, **options: made.append(args))
    assert classifier("a", budget="fast").program == "fast_8" and made == []


def test_a_call_at_a_budget_reads_logits_as_the_classifier_does(toy_bundle, toy_engine, edit_manifest):
    edit_manifest(toy_bundle, lambda manifest: manifest.update(task="multi_label_classification", threshold=0.5))
    strict = Classifier.open(toy_bundle, engine="onnx", threshold=0.99)
    assert strict("a good film", budget="fast").labels == ()
    assert strict.at("full")("a good film").labels == ()


def test_a_classifier_with_siblings_ends_with_its_last_user(toy_bundle, toy_engine):
    """Without the garbage collector: what an engine loaded is hundreds of megabytes."""
    classifier = Classifier.open(toy_bundle, engine="onnx")
    classifier("a", budget="fast"), classifier.at("fast").at("full")
    model = weakref.ref(classifier.model)
    gc.disable()
    try:
        del classifier
        assert model() is None
    finally:
        gc.enable()


def test_siblings_are_of_the_same_class(toy_bundle, toy_engine):
    class Louder(Classifier):
        pass

    assert type(Louder.open(toy_bundle, engine="onnx").at("fast")) is Louder
    assert type(copy.copy(Louder.open(toy_bundle, engine="onnx"))) is Louder


def test_each_file_is_checked_once(toy_bundle, opened, read_files):
    model = Model.open(toy_bundle, engine="onnx")
    for budget in ("full", "fast"):
        model.at(budget).at("full").warm_up()
        model.at(budget)("a good film")
    expected = [f"{budget}_{length}.onnx" for budget in ("full", "fast") for length in (8, 16)]
    assert sorted(read_files) == sorted([*expected, "tokenizer.json"])


def test_an_opened_bundle_is_taken(toy_bundle, toy_engine):
    bundle = Bundle.open(toy_bundle)
    assert Model.open(bundle, engine="onnx").bundle is bundle


def test_the_first_budget_of_the_manifest_is_the_default(toy_bundle, toy_engine):
    assert Model.open(toy_bundle, engine="onnx").at().budget == "full"


def test_an_absent_budget_lists_those_there(toy_bundle, toy_engine):
    model = Model.open(toy_bundle, engine="onnx")
    for at in (model.at, model.at("fast").at):
        with pytest.raises(InputError, match="no budget 'slow' in onnx fp32 of the bundle .*; it has: full, fast"):
            at("slow")


def test_an_absent_budget_is_told_before_an_engine_is_opened(toy_bundle, opened, read_files):
    with pytest.raises(InputError, match="no budget 'slow'"):
        Classifier.open(toy_bundle, engine="onnx", budget="slow")
    assert opened == read_files == []


def test_each_budget_cuts_at_its_own_longest_program(toy_bundle, toy_engine, edit_manifest):
    edit_manifest(toy_bundle, lambda manifest: manifest["artifacts"][0]["programs"].pop())  # fast_16
    model = Model.open(toy_bundle, engine="onnx")
    full, fast = model.at("full"), model.at("fast")
    for _ in range(2):  # one does not set what the other reads by
        assert (full(LONG).num_tokens, full(LONG).truncated, len(full.tokens(LONG))) == (12, False, 12)
        assert (fast(LONG).num_tokens, fast(LONG).truncated, len(fast.tokens(LONG))) == (8, True, 8)


def test_a_program_loaded_for_the_caller_alone_is_not_kept(toy_bundle, toy_engine):
    model = Model.open(toy_bundle, engine="onnx")
    program = model.artifact.programs[0]
    kept = model.session(program)
    assert model.session(program) is kept
    assert model.load(program) is not kept
    assert model.session(program) is kept
    assert toy_engine.loaded == ["full_8", "full_8"]


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda found: pickle.loads(pickle.dumps(found))])
def test_a_copy_opens_the_bundle_again(toy_bundle, opened, monkeypatch, tmp_path, again):
    monkeypatch.chdir(toy_bundle.parent)
    first = Model.open(toy_bundle.name, engine="onnx", num_threads=3)
    expected = first.at("fast")("a good film")
    second = again(first)
    monkeypatch.chdir(tmp_path.parent)
    assert second is not first and opened == ["onnx, 3 threads"] * 2
    assert second.at("fast")("a good film") == expected


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
@pytest.mark.filterwarnings("ignore:os.fork:RuntimeWarning")  # JAX warns too, which LiteRT's converter imports
def test_a_forked_child_opens_one_engine_for_all_budgets(toy_bundle, toy_engine, opened):
    model = Model.open(toy_bundle, engine="onnx")
    full, fast = model.at("full"), model.at("fast")
    full("a"), fast("a")
    child = os.fork()
    if not child:
        full("a"), fast("a")
        again = opened == ["onnx, 1 threads"] * 2 and toy_engine.loaded == ["full_8", "fast_8"] * 2
        os._exit(0 if again else 3)
    assert os.waitpid(child, 0)[1] == 0
    full("a")
    assert opened == ["onnx, 1 threads"] and toy_engine.loaded == ["full_8", "fast_8"]


@pytest.fixture
def opened_files(monkeypatch) -> list[str]:
    """The files that LiteRT, or its predecessor, opened."""
    try:
        runtime = tflite.find_runtime()
    except Exception as error:  # not installed, or too old for this numpy
        pytest.skip(str(error))
    made: list[str] = []

    def open_file(path, num_threads):
        made.append(path.name)
        return runtime(path, num_threads)

    monkeypatch.setattr(tflite, "find_runtime", lambda: open_file)
    return made


def test_a_tflite_file_is_prepared_once_for_all_budgets(tiny_bundle, opened_files):
    full = Classifier.open(tiny_bundle, engine="tflite", budget="full")
    fast = full.at("fast")
    for classifier in (full, fast):
        classifier.warm_up()
    assert opened_files == ["model.tflite"]
    apart = Classifier.open(tiny_bundle, engine="tflite", budget="fast")
    assert fast("a good film") == apart("a good film")  # the programs of both budgets are one file's
    assert opened_files == ["model.tflite"] * 2


@pytest.mark.alone
def test_a_second_budget_of_a_tflite_file_is_there_at_once(tiny_bundle, opened_files):
    full = Classifier.open(tiny_bundle, engine="tflite", budget="full")
    full.warm_up()
    start = time.perf_counter()
    fast = full.at("fast")
    for program in fast.artifact.programs:
        full.model.session(program)
    took_ms = (time.perf_counter() - start) * 1e3
    # The bar is for the demo's bundle, of which a second interpreter takes a second; docs/demo.md has that. Here it
    # takes some 5 ms, so that the time alone would not tell.
    assert took_ms < 20
    assert opened_files == ["model.tflite"]
