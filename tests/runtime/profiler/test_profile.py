"""The whole of a profile, on real engines: what the report holds, and what is refused before anything is measured."""

import hashlib
from dataclasses import replace

import pytest

from edge_power_runtime import BundleError, Classifier, EngineError, InputError
from edge_power_runtime.engines import ENGINES
from edge_power_runtime.profiler import profile as module
from edge_power_runtime.profiler.assemble import delegations
from edge_power_runtime.profiler.options import Options
from edge_power_runtime.profiler.profile import profile
from edge_power_runtime.profiler.report.file import read_report
from edge_power_runtime.profiler.report.record import Baseline, Case, Startup
from edge_power_runtime.profiler.report.rows import rows
from tests.bundles import add_precision, write_bundle
from tests.cascades import change_manifest

INSTALLED = tuple(info.name for info in ENGINES if info.is_installed)


class Listener:
    """Remembers what it is told."""

    def __init__(self) -> None:
        self.total = 0
        self.steps: list[str] = []

    def begin(self, total: int) -> None:
        assert not self.steps
        self.total = total

    def step(self, description: str) -> None:
        self.steps.append(description)


@pytest.fixture
def no_probe(monkeypatch):
    """Leave out the fresh processes, which test_probe.py tests: ExecuTorch's take seconds each."""
    startup = Startup(1.0, 2.0, 3, 4, 5)
    monkeypatch.setattr(module, "measure_startup", lambda path, case, text: startup)
    return startup


def test_every_installed_engine_is_profiled(tiny, no_probe):
    listener = Listener()
    report = profile(tiny.path, Options(iterations=7, burst=3, warmup=1, percentiles=(50,)), watch=listener)
    assert [result.case for result in report.results] == [
        Case(engine, "fp32", budget, length, 1)
        for engine in INSTALLED
        for budget in ("fast", "full")
        for length in (8, 24)
    ]
    for result in report.results:
        assert result.rounds == (3, 3, 1)
        assert len(result.total_ms) == 7
        assert min(result.run_ms) > 0
        assert result.num_tokens == result.case.length  # the tiny tokenizer can fill every program
        assert result.startup == no_probe
        assert len(report.reference.rounds) == len(result.rounds)
    assert sum(report.reference.rounds) == len(report.reference.times_ms)
    assert min(report.reference.rounds) >= 1
    assert min(report.reference.times_ms) > 0
    assert listener.total == len(listener.steps) == len(report.results) * (1 + 1 + 3)
    assert listener.steps[0] == f"starting: {report.results[0].case}"
    assert read_report(report.to_json(), "report") == report


def test_precisions_are_measured_in_one_run_and_held_against_the_baseline(engine, no_probe, tmp_path):
    write_bundle(tmp_path / "bundle", "two")
    add_precision(tmp_path / "bundle", "int8")
    (tmp_path / "texts.txt").write_text("a film\nso good a film\n", encoding="utf-8")
    asked = Options(engines=(engine,), lengths=(8,), iterations=6, burst=2, warmup=0, baseline=("fp32 full",))
    made = profile(tmp_path / "bundle", replace(asked, texts=tmp_path / "texts.txt"))
    names = [("fp32", "fast"), ("fp32", "full"), ("int8", "fast"), ("int8", "full")]
    assert [(result.case.precision, result.case.budget) for result in made.results] == names
    assert [(mix.precision, mix.budget, len(mix.total_ms)) for mix in made.mixes] == [(*name, 2) for name in names]
    assert made.settings.baseline == Baseline(precision="fp32", budget="full")
    baseline = Case(engine, "fp32", "full", 8, 1)
    assert [row.speed_up and row.speed_up.baseline for row in rows(made)] == [baseline, None, baseline, baseline]
    assert read_report(made.to_json(), "report") == made


def test_facts_come_from_the_manifest(tiny, engine, no_probe):
    options = Options(engines=(engine,), budgets=("fast",), lengths=(24,), iterations=2, warmup=0)
    report = profile(tiny.path, options)
    (result,) = report.results
    assert result.keep == (20, 12, 8, 1)
    assert result.macs == 456832
    assert result.artifact_bytes == tiny.artifact(engine).size_bytes
    assert result.num_texts == 0
    assert (report.schema_version, report.bundle.name, report.bundle.architecture) == (3, "tiny", "bert")
    assert report.bundle.manifest_sha256 == hashlib.sha256((tiny.path / "bundle.json").read_bytes()).hexdigest()
    assert report.bundle.schedules == {"fast": (0.8, 0.5, 0.3, 0.3), "full": (1.0, 1.0, 1.0, 1.0)}
    assert report.created.endswith("+00:00")
    assert (report.settings.texts, report.settings.num_texts, report.settings.iterations) == ("built-in", 0, 2)
    assert {"python", "edge-power-runtime", "numpy", "tokenizers"} < set(report.environment.versions)
    assert report.environment.usage.wall_s > 0
    assert (report.mixes, report.operations, report.latency_tables) == ((), (), ())


def test_delegation_comes_from_the_manifest_too(tiny, engine, no_probe):
    options = Options(engines=(engine,), budgets=("fast",), lengths=(8,), iterations=1, warmup=0)
    found = profile(tiny.path, options).bundle.delegation
    assert sorted(found) == ["fast_24", "fast_8", "full_24", "full_8"]
    assert found["full_8"].inside["aten_linear_default"] == 24
    both = replace(
        tiny.manifest,
        artifacts=(*tiny.manifest.artifacts, replace(tiny.artifact("executorch"), precision="int8")),
    )
    assert {"fp32 full_8", "int8 full_8"} < set(delegations(both))


def test_a_profile_with_too_few_samples_says_so(tiny, engine, no_probe):
    report = profile(tiny.path, Options(engines=(engine,), budgets=("fast",), lengths=(8,), iterations=4))
    assert "few-samples" in {flag.kind for flag in report.flags}


def test_texts_of_a_file_are_timed_where_they_fall_and_as_a_mix(tiny, engine, no_probe, tmp_path):
    file = tmp_path / "texts.tsv"
    file.write_text("good\nbad film\tdull\n" + "a good film " * 5 + "\n" + "a " * 100 + "\n", encoding="utf-8")
    options = Options(engines=(engine,), lengths=(8,), iterations=3, warmup=1, burst=2, texts=str(file))
    listener = Listener()
    report = profile(tiny.path, options, watch=listener)
    assert [(result.num_texts, result.num_tokens) for result in report.results] == [(2, 3), (2, 3)]
    assert (report.settings.texts, report.settings.num_texts) == ("texts.tsv", 4)
    assert [mix.budget for mix in report.mixes] == ["fast", "full"]
    for mix in report.mixes:
        assert (mix.engine, mix.precision, mix.threads) == (engine, "fp32", 1)
        assert mix.lengths == (8, 8, 24, 24)
        assert mix.num_tokens == (3, 6, 17, 24)
        assert mix.truncated == 1
        assert len(mix.total_ms) == 4
    assert listener.total == len(listener.steps)


def test_a_cascade_is_timed_by_the_mix_beside_its_last_tier_alone(engine, no_probe, cascade_bundle, tmp_path):
    file = tmp_path / "texts.tsv"
    file.write_text("dull\na good film\n" * 4, encoding="utf-8")
    options = Options(engines=(engine,), budgets=("cascade",), lengths=(8,), iterations=2, warmup=1, burst=2)
    listener = Listener()
    report = profile(cascade_bundle, replace(options, texts=str(file)), watch=listener)
    assert [result.case.budget for result in report.results] == ["fast", "full"]  # each tier as usual
    assert [mix.budget for mix in report.mixes] == ["fast", "full", "cascade"]
    mix = report.mixes[2]
    assert [(tier.name, tier.threshold) for tier in mix.cascade.tiers] == [("fast", 0.6), ("full", None)]
    assert mix.cascade.answered == (0, 1) * 4 and mix.lengths == (8,) * 8 and mix.cascade.passed_on == (0.5,)
    first, second = (tier.times_ms for tier in mix.cascade.tiers)
    assert all(first) and all(time > 0 for time in second[1::2]) and second[::2] == (0,) * 4
    # The tiers and what the cascade does itself are the whole.
    assert all(one + two < total for one, two, total in zip(first, second, mix.total_ms, strict=True))
    # The last tier's mix is its own, timed once.
    assert mix.cascade.alone_ms == report.mixes[1].total_ms and report.mixes[1].cascade is None
    assert listener.total == len(listener.steps)
    assert read_report(report.to_json(), "report") == report


def test_a_last_stage_is_timed_alone_as_the_whole_program(engine, no_probe, stages_copy, tmp_path):
    stages = [
        {"kind": "stage", "budget": "fast", "last": last, "temperature": 1.0, "threshold": threshold}
        for last, threshold in ((1, 0.95), (3, None))
    ]
    cascades = [{"name": "cascade", "tiers": stages}]
    change_manifest(stages_copy, lambda manifest: manifest.update(cascades=cascades))
    file = tmp_path / "texts.tsv"
    file.write_text("dull\na good film\n" * 2, encoding="utf-8")
    options = Options(engines=(engine,), budgets=("fast", "cascade"), lengths=(8,), iterations=2, warmup=1, burst=2)
    whole, cascade = profile(stages_copy, replace(options, texts=str(file))).mixes
    assert (whole.budget, cascade.budget) == ("fast", "cascade")
    assert cascade.cascade.alone_ms == whole.total_ms


def test_a_cascade_needs_texts(engine, no_probe, cascade_bundle):
    options = Options(engines=(engine,), budgets=("cascade",), iterations=1)
    with pytest.raises(
        InputError, match="`budgets` cascade: a cascade takes as long as the texts want; give them with"
    ):
        profile(cascade_bundle, options)
    assert profile(cascade_bundle, replace(options, budgets=("fast",), lengths=(8,))).mixes == ()
    with pytest.raises(InputError, match="`budgets` slow: not in .*; there are: fast, full, cascade"):
        profile(cascade_bundle, replace(options, budgets=("slow",)))


def test_max_seconds_leaves_each_case_a_round(tiny, engine, no_probe):
    options = Options(engines=(engine,), iterations=10**7, warmup=0, max_seconds=0.01)
    report = profile(tiny.path, options)
    assert all(sum(result.rounds) == len(result.run_ms) >= 5 for result in report.results)


def test_texts_run_on_the_program_of_their_case(tiny, engine, no_probe, monkeypatch):
    ran = []
    decode = Classifier.decode

    def listen(self, choice, outputs):
        prediction = decode(self, choice, outputs)
        ran.append((prediction.program, prediction.truncated))
        return prediction

    monkeypatch.setattr(Classifier, "decode", listen)
    profile(tiny.path, Options(engines=(engine,), budgets=("full",), lengths=(24,), iterations=2, warmup=0))
    assert set(ran) == {("full_24", False)}


def test_startup_is_of_a_fresh_process(tiny, engine):
    options = Options(engines=(engine,), budgets=("full",), lengths=(8,), iterations=1, warmup=0)
    (result,) = profile(tiny.path, options).results
    assert result.startup.load_ms > 0.1
    assert result.startup.first_answer_ms > 0


@pytest.mark.skipif("executorch" not in INSTALLED, reason="needs executorch")
def test_executorch_runs_with_several_thread_counts(tiny, no_probe, monkeypatch):
    monkeypatch.setattr("edge_power_runtime.profiler.measure.plan.usable_cores", lambda: (0, 1))
    options = Options(engines=("executorch",), lengths=(8,), threads=(1, 2), iterations=4, burst=2, warmup=1)
    report = profile(tiny.path, options)
    assert [result.case.threads for result in report.results] == [1, 1, 2, 2]
    assert all(result.rounds == (2, 2) for result in report.results)


def test_what_cannot_be_measured_is_told_first(tiny, engine, no_probe, tmp_path):
    listener = Listener()

    def refused(error, message, path=tiny.path, **changes):
        with pytest.raises(error, match=message):
            profile(path, replace(Options(engines=(engine,)), **changes), watch=listener)

    refused(InputError, "expected the directory of a bundle", path=tmp_path / "gone")
    refused(InputError, "there are: fast, full", budgets=("slow",))
    refused(InputError, "No such file", texts=str(tmp_path / "gone"))
    refused(
        InputError,
        "a latency table cannot be fitted: it takes 6 programs that differ, and there are 4",
        latency_table=True,
    )
    assert listener.steps == []


def test_an_altered_file_is_told_first(toy_bundle, toy_engine, monkeypatch):
    monkeypatch.setattr(type(ENGINES[0]), "is_installed", property(lambda info: True))
    (toy_bundle / "onnx" / "fast_8.onnx").write_bytes(b"altered")
    listener = Listener()
    with pytest.raises(BundleError, match="fast_8.onnx in the bundle .* has the size"):
        profile(toy_bundle, Options(), watch=listener)
    assert listener.steps == []


def test_a_case_that_does_not_start_ends_the_profile(tiny, engine, monkeypatch):
    def crash(path, case, text):
        raise EngineError(f"{case}: a fresh process was ended by SIGKILL")

    monkeypatch.setattr(module, "measure_startup", crash)
    with pytest.raises(EngineError, match="fast 8, 1 thread: a fresh process was ended by SIGKILL"):
        profile(tiny.path, Options(engines=(engine,)))
