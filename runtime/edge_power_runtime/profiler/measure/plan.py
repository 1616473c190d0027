"""Which cases a profile has: the options, held against a bundle and this machine; and what a case runs."""

from collections.abc import Sequence
from typing import TypeVar

from edge_power_runtime.bundle.artifacts import PRECISIONS, Artifact
from edge_power_runtime.bundle.budgets import Configuration
from edge_power_runtime.bundle.bundle import Bundle, programs_of
from edge_power_runtime.bundle.programs import Program
from edge_power_runtime.engines import ENGINE_NAMES, engine_info, missing_engine
from edge_power_runtime.errors import InputError
from edge_power_runtime.profiler.machine.usage import usable_cores
from edge_power_runtime.profiler.options import Options, unique
from edge_power_runtime.profiler.report.figures import count
from edge_power_runtime.profiler.report.record import Case

T = TypeVar("T")


def plan_cases(bundle: Bundle, options: Options) -> tuple[Case, ...]:
    """Give every case that the options ask for and the bundle has.

    Returns:
        Them, by engine, precision, threads, budget and length, each in the bundle's order or rising.

    Raises:
        InputError: an option names what the bundle does not have, or more threads than there are cores.
        MissingEngineError: an engine that is asked for is not installed; or none is that the bundle is made for.
    """
    _check_threads(options.threads)
    return cases_of(bundle, _choose_artifacts(bundle, options), options)


def cases_of(bundle: Bundle, artifacts: Sequence[Artifact], options: Options) -> tuple[Case, ...]:
    """Give every case of some artifacts.

    Args:
        bundle: of the artifacts.
        artifacts: whose programs, at least one.
        options: threads, and the budgets and lengths to choose.

    Returns:
        As `plan_cases`.

    Raises:
        InputError: an option names what the artifacts do not have.
    """
    programs = [program for artifact in artifacts for program in artifact.programs]
    have_budgets = [entry.name for entry in bundle.manifest.budgets if any(p.budget == entry.name for p in programs)]
    wanted = budgets_asked(bundle, artifacts, options.budgets)
    budgets = _choose("budgets", wanted, have_budgets, artifacts)
    lengths = _choose("lengths", options.lengths, sorted({program.length for program in programs}), artifacts)
    cases = tuple(
        Case(artifact.engine, artifact.precision, budget, program.length, threads)
        for artifact in artifacts
        for threads in sorted(options.threads)
        for budget in budgets
        for program in programs_of(artifact, budget)
        if program.length in lengths
    )
    if not cases:
        raise InputError(
            f"the bundle {bundle.path} has no program of budget {' or '.join(budgets)} at length "
            f"{' or '.join(map(str, lengths))} for {_names(artifacts)}; ask for other budgets or lengths"
        )
    return cases


def budgets_asked(bundle: Bundle, artifacts: Sequence[Artifact], names: Sequence[str]) -> Sequence[str]:
    """Put the budgets of its tiers in the place of each cascade: a length alone is timed by them, a mix by the cascade.

    Raises:
        InputError: a name is that of no budget and of no cascade.
    """
    cascades = cascades_asked(bundle, artifacts, ())
    found = [part for name in names for part in (_tiers(bundle, name) if name in cascades else (name,))]
    have = [budget for artifact in artifacts for budget in bundle.budgets_of(artifact)]
    _choose("budgets", found, unique((*have, *cascades)), artifacts)
    return unique(tuple(found))


def cascades_asked(bundle: Bundle, artifacts: Sequence[Artifact], names: Sequence[str]) -> tuple[str, ...]:
    """Give the cascades of `names` that some of the artifacts can answer by; all of them where there are no names."""
    have = unique(tuple(name for artifact in artifacts for name in bundle.cascades_of(artifact)))
    return tuple(name for name in have if not names or name in names)


def _tiers(bundle: Bundle, cascade: str) -> Sequence[str]:
    entry = bundle.manifest.cascade(cascade)
    assert entry is not None
    return [item.name for item in bundle.manifest.budgets if item.name in entry.budgets]


def _choose_artifacts(bundle: Bundle, options: Options) -> tuple[Artifact, ...]:
    """Give the artifacts of the engines and precisions that are asked for, in our order of both.

    Raises:
        InputError: the bundle has none; the message lists those that it has.
        MissingEngineError: see `plan_cases`.
    """
    have = sorted(bundle.manifest.artifacts, key=_order)
    if not have:
        raise InputError(f"the bundle {bundle.path} has no artifact; convert the model for an engine first")
    for engine in options.engines:
        if engine not in {artifact.engine for artifact in have}:
            raise InputError(f"the bundle {bundle.path} has no artifact {engine}; it has: {_names(have)}")
        if not engine_info(engine).is_installed:
            raise missing_engine(engine)
    found = [
        artifact
        for artifact in have
        if artifact.engine in (options.engines or (artifact.engine,))
        and artifact.precision in (options.precisions or (artifact.precision,))
    ]
    missing = [name for name in options.precisions if name not in {artifact.precision for artifact in found}]
    if missing:
        where = " ".join(options.engines)
        wanted = f"{where} {missing[0]}".strip()
        raise InputError(f"the bundle {bundle.path} has no artifact {wanted}; it has: {_names(have)}")
    installed = tuple(artifact for artifact in found if engine_info(artifact.engine).is_installed)
    if not installed:
        raise missing_engine(*unique(tuple(artifact.engine for artifact in found)))
    return installed


def program_of(bundle: Bundle, case: Case) -> Program:
    """Give the program that a case runs.

    Raises:
        InputError: the bundle has none such.
    """
    for program in bundle.artifact(case.engine, case.precision).programs:
        if (program.budget, program.length) == (case.budget, case.length):
            return program
    raise InputError(f"the bundle {bundle.path} has no program for {case}; choose a budget and a length that it has")


def configuration_of(bundle: Bundle, case: Case) -> Configuration:
    """Give the retention configuration of a case of this bundle."""
    found = bundle.manifest.configuration(case.budget, case.length)
    assert found is not None  # reading the manifest made sure that every program has one
    return found


def _check_threads(threads: Sequence[int]) -> None:
    cores, most = len(usable_cores()), max(threads)
    if most > cores:
        raise InputError(f"`threads` {most}: this process may use {count(cores, 'core')}; ask for 1..{cores}")


def _order(artifact: Artifact) -> tuple[int, int]:
    return ENGINE_NAMES.index(artifact.engine), PRECISIONS.index(artifact.precision)


def _names(artifacts: Sequence[Artifact]) -> str:
    return ", ".join(artifact.key for artifact in artifacts)


def _choose(name: str, wanted: Sequence[T], have: Sequence[T], artifacts: Sequence[Artifact]) -> Sequence[T]:
    for value in wanted:
        if value not in have:
            known = ", ".join(map(str, have))
            raise InputError(f"`{name}` {value}: not in {_names(artifacts)}; there are: {known}")
    return [value for value in have if value in wanted] if wanted else have
