"""Profile a bundle on this machine: plan, start-up, timing, environment, doubts; a report comes out."""

import os
from collections.abc import Sequence
from pathlib import Path

from edge_power_runtime.bundle.bundle import Bundle
from edge_power_runtime.errors import InputError
from edge_power_runtime.profiler.assemble import BUILT_IN, assemble, settings_of
from edge_power_runtime.profiler.machine.environment import Observer
from edge_power_runtime.profiler.machine.versions import versions_of
from edge_power_runtime.profiler.measure.mix import Mix, all_series, mix_result, mixes_of
from edge_power_runtime.profiler.measure.plan import configuration_of, plan_cases
from edge_power_runtime.profiler.measure.probe import measure_startup
from edge_power_runtime.profiler.measure.reference import ReferenceTimer
from edge_power_runtime.profiler.measure.rounds import Series, num_steps, pool_of, take_rounds
from edge_power_runtime.profiler.measure.subjects import Subject, SubjectOpener
from edge_power_runtime.profiler.measure.texts import read_file
from edge_power_runtime.profiler.options import Options
from edge_power_runtime.profiler.progress import Silent, Watcher
from edge_power_runtime.profiler.report.baseline import read_baseline
from edge_power_runtime.profiler.report.environment import Environment
from edge_power_runtime.profiler.report.record import Case, CaseResult, Operations, Report, Startup


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
    baseline = read_baseline(options.baseline, cases)
    if options.latency_table:
        _check_enough(bundle, cases)
    if options.texts is None:
        _refuse_cascades(bundle, options)
    texts = () if options.texts is None else read_file(options.texts)
    opener = SubjectOpener(bundle, texts)
    # Texts and files are checked here, before the first long step; engines load nothing yet.
    subjects = [opener.open(case) for case in cases]
    series = [_series(subject, options) for subject in subjects]
    cascades = opener.cascades(options.budgets) if texts else []
    mixes = mixes_of([*(subject.classifier for subject in subjects), *cascades], texts)
    watch.begin(_num_steps(series, mixes, options))
    startups = [_startup(subject, bundle.path, watch) for subject in subjects]
    reference = ReferenceTimer()
    environment = _time(series, mixes, options, reference, watch, engines={case.engine for case in cases})
    results = tuple(map(_result, subjects, series, startups))
    name = _texts_name(options.texts)
    return assemble(
        bundle,
        settings_of(options, baseline, burst=options.burst, texts=name, num_texts=len(texts)),
        environment,
        results,
        mixes=[mix_result(item, texts) for item in mixes],
        operations=_operations(bundle, cases, options, watch),
        reference=reference.result(),
        latency_table=options.latency_table,
    )


def _refuse_cascades(bundle: Bundle, options: Options) -> None:
    for name in options.budgets:
        if bundle.manifest.cascade(name) is not None:
            raise InputError(f"`budgets` {name}: a cascade takes as long as the texts want; give them with `texts`")


def _series(subject: Subject, options: Options) -> Series:
    classifier, texts = subject.classifier, subject.texts.texts
    return Series(str(subject.case), classifier, texts, wanted=options.iterations, pool=pool_of(classifier))


def _num_steps(series: Sequence[Series], mixes: Sequence[Mix], options: Options) -> int:
    parts = (series, all_series(mixes))
    timing = sum(num_steps(part, options.burst, options.max_seconds) for part in parts if part)
    starting, warming_up = len(series), len(series) + len(mixes)
    return starting + warming_up + timing + (1 if options.operations else 0)


def _startup(subject: Subject, path: Path, watch: Watcher) -> Startup:
    watch.step(f"starting: {subject.case}")
    return measure_startup(path, subject.case, subject.texts.texts[0])


def _time(
    series: Sequence[Series],
    mixes: Sequence[Mix],
    options: Options,
    reference: ReferenceTimer,
    watch: Watcher,
    *,
    engines: set[str],
) -> Environment:
    for item in series:
        watch.step(f"warming up: {item.name}")
        item.warm_up(options.warmup)
    for mix in mixes:
        watch.step(f"warming up: {mix.series.name}")
        mix.classifier.warm_up()  # the mix also falls on programs that are no case
    observer = Observer()
    observer.start()
    take_rounds(series, options.burst, options.max_seconds, watch, reference)
    if mixes:
        take_rounds(all_series(mixes), options.burst, options.max_seconds, watch)
    return observer.stop(versions_of(engines))


def _result(subject: Subject, series: Series, startup: Startup) -> CaseResult:
    case, bundle = subject.case, subject.classifier.bundle
    configuration = configuration_of(bundle, case)
    return CaseResult(
        case=case,
        keep=configuration.keep,
        macs=configuration.macs,
        artifact_bytes=subject.classifier.artifact.size_bytes,
        num_tokens=subject.texts.num_tokens,
        startup=startup,
        rounds=tuple(series.rounds),
        spans=series.spans(),
        num_texts=subject.texts.num_texts,
    )


def _check_enough(bundle: Bundle, cases: Sequence[Case]) -> None:
    from edge_power_runtime.profiler.judge.latency_table import check_enough

    check_enough((case, configuration_of(bundle, case).keep) for case in cases)


def _operations(bundle: Bundle, cases: Sequence[Case], options: Options, watch: Watcher) -> tuple[Operations, ...]:
    if not options.operations:
        return ()
    from edge_power_runtime.profiler.measure.operations import profile_operations

    watch.step("looking into the programs")
    return profile_operations(bundle, cases)


def _texts_name(file: str | os.PathLike[str] | None) -> str:
    if file is None:
        return BUILT_IN
    return "standard input" if file == "-" else Path(file).name  # the folders are nobody's business
