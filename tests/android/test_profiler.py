"""The app's profiler on this machine's JVM: its report against Python's reader, and its figures against Python's."""

import json
import os
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from random import Random
from statistics import median
from typing import get_args

import pytest
import torch

from edge_power.conversion.convert import convert
from edge_power.conversion.plan import Plan
from edge_power_runtime import Bundle
from edge_power_runtime.model import Classifier
from edge_power_runtime.profiler.judge.flags import find_flags
from edge_power_runtime.profiler.measure.plan import configuration_of
from edge_power_runtime.profiler.measure.texts import MOST_TEXTS, case_texts
from edge_power_runtime.profiler.report.file import read_report
from edge_power_runtime.profiler.report.record import FlagKind, Report
from tests import tiny
from tests.android.install import FOLDER
from tests.android.jvm import JUNIT, ONNXRUNTIME, compile_core, compile_core_tests, java_command, java_environment
from tests.android.random_reports import random_report

pytestmark = pytest.mark.android

# A reference of one JVM is none of another, so its name says which.
WORK = "2 products of float32 160 x 160 in Java, "
# What differs between the reports of two runtimes on one machine, both fresh: 10 % is the bar.
MOST_APART = 0.10
PAIRS = 7
RANDOM_REPORTS = 2_000


def java(main: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run a class of core's tests, with the library."""
    classpath = [compile_core_tests(), compile_core(), ONNXRUNTIME, *JUNIT]
    command = java_command(classpath, f"edgepower.runtime.profiler.{main}", map(str, arguments))
    return subprocess.run(command, env=java_environment(), capture_output=True, text=True)


def profile(bundle: Path, folder: Path, name: str = "r", **extras: object) -> Report:
    """Profile as the app does."""
    done = java("ProfileMain", bundle, folder, f"report={name}", *(f"{key}={value}" for key, value in extras.items()))
    assert done.returncode == 0, (done.stderr, (folder / f"{name}.error").read_text())
    assert sorted(path.name for path in folder.glob(f"{name}.*")) == [f"{name}.json"]
    return read_report((folder / f"{name}.json").read_bytes(), f"{name}.json")


def draw(report: Path, *arguments: object) -> str:
    """What `edge-power profile --from` prints."""
    command = [sys.executable, "-m", "edge_power", "profile", "--from", str(report), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def assert_facts(report: Report, bundle: Path) -> None:
    """What a report says of programs is what Python says of them."""
    opened = Bundle.open(bundle)
    for result in report.results:
        configuration = configuration_of(opened, result.case)
        assert (result.keep, result.macs) == (configuration.keep, configuration.macs)
        assert result.artifact_bytes == opened.artifact("onnx", result.case.precision).size_bytes
        assert result.startup is None
    assert report.bundle.schedules == {entry.name: entry.schedule or () for entry in opened.manifest.budgets}


def assert_same_flags(report: Report) -> None:
    """Java says the same against a report as Python; how wide a median's interval is depends on what was drawn."""
    judged = find_flags(report.environment, report.results, report.settings, report.mixes)
    told, found = ([flag for flag in flags if flag.kind != "wide-spread"] for flags in (report.flags, judged))
    assert told == found


@pytest.mark.parametrize("bundle", [tiny.BUNDLE, tiny.INT8_BUNDLE], ids=lambda path: path.name)
def test_the_report_is_pythons_too(bundle, tmp_path):
    report = profile(bundle, tmp_path, iterations=12, warmup=2, burst=5, percentiles="50,99.9", threads="1,2")
    assert_facts(report, bundle)
    assert_same_flags(report)
    assert len(report.results) == 8
    assert {result.rounds for result in report.results} == {(5, 5, 2)}
    encoder = Classifier.open(bundle, engine="onnx").encoder
    for result in report.results:
        assert result.num_tokens == case_texts(encoder, tiny.LENGTHS, result.case.length, ()).num_tokens
        assert [span.name for span in result.spans] == ["encode", "choose", "run", "decode"]
    assert report.reference is not None and report.reference.work.startswith(WORK)
    assert len(report.reference.rounds) == 3
    drawn = draw(tmp_path / "r.json", "--report", tmp_path / "page.html", "--markdown", tmp_path / "r.md")
    assert "p50 ms" in drawn and "12 timed answers" in drawn


@pytest.mark.parametrize("name", ["bag", "tiers"])
def test_mixes_and_cascades_are_pythons_too(android_bundles, name, tmp_path):
    texts = ["a good film", "the story is long and dull and the end of it is bad", "", "never again, it was all night"]
    (tmp_path / "texts.txt").write_text("\n".join(texts))
    bundle = android_bundles / name
    done = java("ProfileTextsMain", bundle, tmp_path / "texts.txt", tmp_path / "r.json")
    assert done.returncode == 0, done.stderr
    report = read_report((tmp_path / "r.json").read_bytes(), "r.json")
    assert_facts(report, bundle)
    assert_same_flags(report)
    for mix in report.mixes:
        classifier = Classifier.open(bundle, engine="onnx", precision=mix.precision, budget=mix.budget)
        answers = [classifier(text) for text in texts]
        assert mix.lengths == tuple(answer.length or 0 for answer in answers), mix.budget
        assert mix.num_tokens == tuple(classifier.encode(text).num_tokens for text in texts)
        assert (mix.cascade is None) == (classifier.cascade is None)
        if mix.cascade is not None and classifier.cascade is not None:
            assert [tier.name for tier in mix.cascade.tiers] == [tier.name for tier in classifier.cascade.tiers]
            assert mix.cascade.answered == tuple(len(answer.tiers) - 1 for answer in answers)
            assert len(mix.cascade.alone_ms) == len(texts)
    assert any(mix.cascade is not None for mix in report.mixes)
    assert "mix" in draw(tmp_path / "r.json")


def test_java_doubts_a_report_for_the_same_reasons_as_python(tmp_path):
    draw = Random(20251101)
    reports = [random_report(draw) for _ in range(RANDOM_REPORTS)]
    (tmp_path / "reports").write_text("".join(f"{json.dumps(json.loads(one.to_json()))}\n" for one in reports))
    done = java("judge.FlagsMain", tmp_path / "reports", MOST_TEXTS)
    assert done.returncode == 0, done.stderr
    kinds = Counter[str]()
    for one, told in zip(reports, done.stdout.splitlines(), strict=True):
        found = find_flags(one.environment, one.results, one.settings, one.mixes)
        assert told.split("\t") == [f"{flag.kind}|{flag.case or ''}|{flag.reason}" for flag in found] or [""], one
        kinds.update(flag.kind for flag in found)
    assert set(kinds) == set(get_args(FlagKind)), kinds
    assert min(kinds.values()) > RANDOM_REPORTS / 50, kinds


def test_texts_of_programs_of_any_length_are_of_the_mix_alone(android_bundles, tmp_path):
    texts = ["a good film", "is it good ?", "never"]
    (tmp_path / "texts.txt").write_text("\n".join(texts))
    bundle = android_bundles / "any-length"
    done = java("ProfileTextsMain", bundle, tmp_path / "texts.txt", tmp_path / "r.json")
    assert done.returncode == 0, done.stderr
    report = read_report((tmp_path / "r.json").read_bytes(), "r.json")
    assert_facts(report, bundle)
    assert report.results and all(one.num_tokens == one.case.length and one.num_texts == 0 for one in report.results)
    classifier = Classifier.open(bundle, engine="onnx")
    for mix in report.mixes:
        assert mix.lengths == mix.num_tokens == tuple(classifier.encode(text).num_tokens for text in texts)


def test_an_error_is_left_in_one_line(tmp_path):
    done = java("ProfileMain", tiny.BUNDLE, tmp_path, "report=r", "budgets=slow")
    assert done.returncode == 1
    assert (tmp_path / "r.error").read_text() == "`budgets` slow: not in onnx fp32; there are: fast, full\n"
    assert not (tmp_path / "r.json").exists() and not (tmp_path / "r.progress").exists()


# How long an answer takes


@pytest.fixture(scope="module")
def same_release() -> Path:
    """A folder with the Python package of ONNX Runtime in the release of the Android library: another is faster."""
    release = java_release()
    folder = FOLDER / f"python-onnxruntime-{release}"
    if not folder.exists():
        command = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-compile", f"--target={folder}"]
        done = subprocess.run([*command, f"onnxruntime=={release}"], capture_output=True, text=True)
        if done.returncode != 0:
            pytest.skip(f"onnxruntime {release} is not to be had: {done.stderr.strip().splitlines()[-1]}")
    return folder


def java_release() -> str:
    done = java("EngineVersionMain")
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="module")
def medium_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A classifier of which the engine takes milliseconds, as of those that people ship."""
    config = replace(tiny.tiny_config(), hidden_size=256, intermediate_size=1024, num_encoders=6)
    model = tiny.tiny_model(config)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "norm" not in name:
                parameter.mul_(0.1)  # as wide as a trained model's; wider ones let rounding errors grow
    folder = tmp_path_factory.mktemp("medium") / "bundle"
    convert(model, folder, Plan(engines=("onnx",), lengths=(32,), one_process=True), name="medium")
    return folder


@pytest.mark.alone
def test_the_median_is_that_of_python(same_release, medium_bundle, tmp_path):
    """Fresh processes take turns, and what is compared is the median of the pairs' ratios."""
    asked = {"iterations": 150, "warmup": 50, "percentiles": 50}
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(same_release), *filter(None, sys.path)])}
    ratios, busy = [], 0
    for number in range(PAIRS):
        target = tmp_path / f"python-{number}.json"
        flags = [f"--{name}={value}" for name, value in asked.items()]
        command = [sys.executable, "-P", "-m", "edge_power_runtime", "profile", str(medium_bundle), *flags]
        subprocess.run(
            [*command, "--engine=onnx", f"--json={target}"], env=environment, check=True, capture_output=True
        )
        theirs = read_report(target.read_bytes(), target.name)
        ours = profile(medium_bundle, tmp_path, f"java-{number}", **asked)
        assert ours.environment.versions["onnxruntime"] == theirs.environment.versions["onnxruntime"]
        ratios.append(total_ms(ours) / total_ms(theirs))
        busy += any(flag.kind == "cores-taken" for flag in (*ours.flags, *theirs.flags))
    found = f"Java over Python, {PAIRS} pairs: {', '.join(f'{ratio:.3f}' for ratio in ratios)}"
    print(found)
    if busy > PAIRS / 2:
        pytest.skip(f"the machine is busy, by the reports' own flags; {found}")
    assert abs(median(ratios) - 1) <= MOST_APART, found


def total_ms(report: Report) -> float:
    (result,) = report.results
    return median(result.total_ms)
