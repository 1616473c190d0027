"""From what was measured to the report: what a bundle is, a fitted table and the doubts are added."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime

from edge_power_runtime.bundle.bundle import Bundle
from edge_power_runtime.bundle.manifest import MANIFEST_FILE, Manifest
from edge_power_runtime.bundle.programs import Delegation
from edge_power_runtime.profiler.judge.flags import find_flags
from edge_power_runtime.profiler.options import Options
from edge_power_runtime.profiler.report.environment import Environment
from edge_power_runtime.profiler.report.record import (
    SCHEMA_VERSION,
    Baseline,
    BundleFacts,
    CaseResult,
    LatencyTable,
    MixResult,
    Operations,
    Reference,
    Report,
    Settings,
)

BUILT_IN = "built-in"
"""The name of the texts where there is no file."""


def assemble(
    bundle: Bundle,
    settings: Settings,
    environment: Environment,
    results: Sequence[CaseResult],
    *,
    mixes: Sequence[MixResult] = (),
    operations: Sequence[Operations] = (),
    reference: Reference | None = None,
    latency_table: bool,
) -> Report:
    """Make the report of what was measured just now.

    Args:
        bundle: that was measured.
        settings: how.
        environment: on what.
        results: one per case.
        mixes: of the file's texts.
        operations: of the programs that were looked into.
        reference: what was timed between the cases' turns; None where nothing was.
        latency_table: whether to fit one.

    Raises:
        InputError: a table is asked for, and there are too few programs for it.
    """
    return Report(
        schema_version=SCHEMA_VERSION,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        bundle=_bundle_facts(bundle),
        settings=settings,
        environment=environment,
        results=tuple(results),
        mixes=tuple(mixes),
        operations=tuple(operations),
        latency_tables=_latency_tables(results) if latency_table else (),
        flags=find_flags(environment, results, settings, mixes),
        reference=reference,
    )


def settings_of(
    options: Options, baseline: Baseline | None, *, burst: int, texts: str = BUILT_IN, num_texts: int = 0
) -> Settings:
    """Write down how it was measured.

    Args:
        options: that were asked for.
        baseline: that they name.
        burst: answers of a turn, as they were taken.
        texts: the name of the file.
        num_texts: of the file.
    """
    return Settings(
        warmup=options.warmup,
        iterations=options.iterations,
        max_seconds=options.max_seconds,
        burst=burst,
        percentiles=tuple(options.percentiles),
        texts=texts,
        num_texts=num_texts,
        baseline=baseline,
    )


def _latency_tables(results: Sequence[CaseResult]) -> tuple[LatencyTable, ...]:
    from edge_power_runtime.profiler.judge.latency_table import fit_latency_tables

    return fit_latency_tables(results)


def _bundle_facts(bundle: Bundle) -> BundleFacts:
    manifest = bundle.manifest
    return BundleFacts(
        name=manifest.name,
        architecture=manifest.architecture,
        manifest_sha256=hashlib.sha256(bundle.resolve(MANIFEST_FILE).read_bytes()).hexdigest(),
        schedules={entry.name: entry.schedule or () for entry in manifest.budgets},
        delegation=delegations(manifest),
    )


def delegations(manifest: Manifest) -> dict[str, Delegation]:
    """What the manifest tells of delegation, by program; with the precision where several artifacts tell."""
    told = [artifact for artifact in manifest.artifacts if any(program.delegation for program in artifact.programs)]
    return {
        # Program names are unique within an artifact only.
        program.name if len(told) == 1 else f"{artifact.precision} {program.name}": program.delegation
        for artifact in told
        for program in artifact.programs
        if program.delegation is not None
    }
