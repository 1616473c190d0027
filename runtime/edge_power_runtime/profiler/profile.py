"""Profile a bundle on this machine: plan, start-up, timing, environment, doubts; a report comes out."""

import hashlib
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from edge_power_runtime.bundle import Bundle
from edge_power_runtime.manifest import MANIFEST_FILE, Configuration, Delegation, Manifest
from edge_power_runtime.profiler.environment import Observer
from edge_power_runtime.profiler.flags import find_flags
from edge_power_runtime.profiler.measure import Series, num_steps, take_rounds
from edge_power_runtime.profiler.mix import mix_result, mix_series
from edge_power_runtime.profiler.options import Options
from edge_power_runtime.profiler.plan import artifact_of, plan_cases
from edge_power_runtime.profiler.probe import measure_startup
from edge_power_runtime.profiler.progress import Silent, Watcher
from edge_power_runtime.profiler.record import (
    SCHEMA_VERSION,
    BundleFacts,
    Case,
    CaseResult,
    Environment,
    LatencyTable,
    Operations,
    Report,
    Settings,
    Startup,
)
from edge_power_runtime.profiler.subjects import Subject, SubjectOpener
from edge_power_runtime.profiler.texts import read_file
from edge_power_runtime.profiler.versions import versions_of

BUILT_IN = "built-in"
"""The name of the texts where there is no file."""


def profile(path: str | os.PathLike[str], options: Options | None = None, *, watch: Watcher | None = None) -> Report:
    """Measure a bundle where it is.

    Args:
        path: the bundle's directory.
        options: what to measure and how; None takes the defaults.
        watch: is told how far it is.

    Raises:
        InputError: an option is none that this bundle or this machine has.
        BundleError: the bundle is incomplete, altered or malformed.
        EngineError: an engine is not installed, or failed.
    """
    options, watch = options or Options(), watch or Silent()
    bundle = Bundle.open(path)
    cases = plan_cases(bundle, options)
    if options.latency_table:
        _check_enough(bundle, cases)
    texts = () if options.texts is None else read_file(options.texts)
    opener = SubjectOpener(bundle, texts)
    # Texts and files are checked here, before the first long step; engines load nothing yet.
    subjects = [opener.open(case) for case in cases]
    series = [_series(subject, options) for subject in subjects]
    mixes = mix_series([subject.classifier for subject in subjects], texts)
    watch.begin(_num_steps(series, mixes, options))
    startups = [_startup(subject, bundle.path, watch) for subject in subjects]
    environment = _time(series, mixes, options, watch)
    results = tuple(map(_result, subjects, series, startups))
    settings = _settings(options, len(texts))
    return Report(
        schema_version=SCHEMA_VERSION,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        bundle=bundle_facts(bundle),
        settings=settings,
        environment=environment,
        results=results,
        mixes=tuple(mix_result(item, texts) for item in mixes),
        operations=_operations(bundle, cases, options, watch),
        latency_tables=_latency_tables(results, options),
        flags=find_flags(environment, results, settings),
    )


def _series(subject: Subject, options: Options) -> Series:
    return Series(str(subject.case), subject.classifier, subject.texts.texts, wanted=options.iterations)


def _num_steps(series: Sequence[Series], mixes: Sequence[Series], options: Options) -> int:
    timing = sum(num_steps(part, options.burst, options.max_seconds) for part in (series, mixes) if part)
    starting, warming_up = len(series), len(series) + len(mixes)
    return starting + warming_up + timing + (1 if options.operations else 0)


def _startup(subject: Subject, path: Path, watch: Watcher) -> Startup:
    watch.step(f"starting: {subject.case}")
    return measure_startup(path, subject.case, subject.texts.texts[0])


def _time(series: Sequence[Series], mixes: Sequence[Series], options: Options, watch: Watcher) -> Environment:
    for item in series:
        watch.step(f"warming up: {item.name}")
        item.warm_up(options.warmup)
    for item in mixes:
        watch.step(f"warming up: {item.name}")
        item.classifier.warm_up()  # the mix also falls on programs that are no case
    observer = Observer()
    observer.start()
    take_rounds(series, options.burst, options.max_seconds, watch)
    if mixes:
        take_rounds(mixes, options.burst, options.max_seconds, watch)
    return observer.stop(versions_of({item.classifier.artifact.engine for item in series}))


def _result(subject: Subject, series: Series, startup: Startup) -> CaseResult:
    case, bundle = subject.case, subject.classifier.bundle
    configuration = _configuration(bundle, case)
    return CaseResult(
        case=case,
        keep=configuration.keep,
        macs=configuration.macs,
        artifact_bytes=artifact_of(bundle, case).size_bytes,
        num_tokens=subject.texts.num_tokens,
        startup=startup,
        rounds=tuple(series.rounds),
        stages=series.stages(),
        num_texts=subject.texts.num_texts,
    )


def _configuration(bundle: Bundle, case: Case) -> Configuration:
    found = bundle.manifest.configuration(case.budget, case.length)
    assert found is not None  # reading the manifest made sure that every program has one
    return found


def _check_enough(bundle: Bundle, cases: Sequence[Case]) -> None:
    from edge_power_runtime.profiler.latency_table import check_enough

    check_enough((case, _configuration(bundle, case).keep) for case in cases)


def _operations(bundle: Bundle, cases: Sequence[Case], options: Options, watch: Watcher) -> tuple[Operations, ...]:
    if not options.operations:
        return ()
    from edge_power_runtime.profiler.operations import profile_operations

    watch.step("looking into the programs")
    return profile_operations(bundle, cases)


def _latency_tables(results: Sequence[CaseResult], options: Options) -> tuple[LatencyTable, ...]:
    if not options.latency_table:
        return ()
    from edge_power_runtime.profiler.latency_table import fit_latency_tables

    return fit_latency_tables(results)


def _settings(options: Options, num_texts: int) -> Settings:
    return Settings(
        warmup=options.warmup,
        iterations=options.iterations,
        max_seconds=options.max_seconds,
        burst=options.burst,
        percentiles=options.percentiles,
        texts=_texts_name(options.texts),
        num_texts=num_texts,
    )


def bundle_facts(bundle: Bundle) -> BundleFacts:
    """Give what a report says of a bundle."""
    manifest = bundle.manifest
    return BundleFacts(
        name=manifest.name,
        architecture=manifest.architecture,
        manifest_sha256=hashlib.sha256(bundle.resolve(MANIFEST_FILE).read_bytes()).hexdigest(),
        schedules={entry.name: entry.schedule or () for entry in manifest.budgets},
        delegation=_delegation(manifest),
    )


def _texts_name(file: str | None) -> str:
    if file is None:
        return BUILT_IN
    return "standard input" if file == "-" else Path(file).name  # the folders are nobody's business


def _delegation(manifest: Manifest) -> dict[str, Delegation]:
    told = [artifact for artifact in manifest.artifacts if any(program.delegation for program in artifact.programs)]
    return {
        # Program names are unique within an artifact only.
        program.name if len(told) == 1 else f"{artifact.precision} {program.name}": program.delegation
        for artifact in told
        for program in artifact.programs
        if program.delegation is not None
    }
