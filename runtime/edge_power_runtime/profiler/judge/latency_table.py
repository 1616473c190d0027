"""The latency table: milliseconds by encoder and number of word-vectors, fitted to programs that were measured.

The model of a program's time, with N its length, and n_j and k_j the word-vectors that enter and leave encoder j:

    fixed + token N + sum over the passing encoders of (entering n_j + square n_j^2 + leaving k_j + extract d_j)

with d_j = 1 where k_j < n_j, else 0: choosing words is many small operations, whose time hardly depends on the rows.
Keys, values and scores are computed on the rows that enter; the output projection and the feed-forward layer on those
that leave. The last encoder computes what the answer is read from whatever enters it, so it is part of what is fixed.
No coefficient is below 0: more rows never make a program faster.

A bundle's few schedules hardly tell rows that enter from rows that leave, since both shrink together. The programs'
multiply-adds do: they are fitted first, without noise, and a coefficient may leave their proportions only as far as
the measured times insist.
"""

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, replace

import numpy as np

from edge_power_runtime.errors import InputError
from edge_power_runtime.profiler.judge.least_squares import nonnegative
from edge_power_runtime.profiler.report.record import Case, CaseResult, LatencyRates, LatencyTable
from edge_power_runtime.readout import CLS

LEAST_PROGRAMS = 6
"""As many as there are unknowns; `edge-power convert` makes them of one budget with its default lengths and `full`."""

# The features of a program, in order: 1, N, and the sums of n_j, n_j^2, k_j and d_j over the passing encoders.
_ONE, _LENGTH, _ENTERING, _SQUARE, _LEAVING, _EXTRACT = range(6)
_ENCODERS = [_ENTERING, _SQUARE, _LEAVING]
# How easily a coefficient departs from the multiply-adds' proportions, against following them; how easily extract
# takes a share, which they do not tell; and the pull to 0 on all. Of the values tried (0.03 to 1, 0.1 to 1, 1e-5 to
# 1e-3) those that predict best what was not fitted, by little: docs/latency-table.md.
_DEPARTURE = 0.05
_EXTRACT_EASE = 0.3
_RIDGE = 1e-3
# Multiply-adds are exact; the ridge only makes their solution unique.
_EXACT = 1e-12
# Singular value, of the largest, under which a direction counts as not measured at all.
_INDEPENDENT = 1e-3
Key = tuple[str, str, int]


@dataclass(frozen=True, slots=True)
class _Costs:
    """The fitted coefficients, in milliseconds; see the module's text."""

    fixed: float
    token: float
    entering: float
    square: float
    leaving: float
    extract: float

    def entering_ms(self, rows: int) -> float:
        return self.entering * rows + self.square * rows**2

    def leaving_ms(self, rows: int) -> float:
        return self.leaving * rows


def fit_latency_tables(results: Sequence[CaseResult]) -> tuple[LatencyTable, ...]:
    """Fit a table for each engine, precision and number of threads with enough programs.

    The squares of relative errors are made least, so that short programs count as much as long ones. A program's time
    is the median of its runs, without tokenizing and decoding.

    Args:
        results: of a report.

    Returns:
        One table at least, in the order of the results.

    Raises:
        InputError: there are too few programs for any table.
    """
    groups = {key: group for key, group in _groups(results).items() if _lacking(_shapes_of(group)) is None}
    if not groups:
        check_enough((result.case, result.keep) for result in results)
    return tuple(_fit(key, group) for key, group in groups.items())


def check_enough(programs: Iterable[tuple[Case, tuple[int, ...]]]) -> None:
    """Check, before hours of measuring, that some engine has programs enough for a table.

    Args:
        programs: each case, with the word-vectors that leave each encoder.

    Raises:
        InputError: none has; the message says how many there are, how many are needed, and how to make them.
    """
    shapes: dict[Key, set[tuple[int, ...]]] = {}
    for case, keep in programs:
        shapes.setdefault(_key(case), set()).add((case.length, *keep))
    lacking = [_lacking(found) for found in shapes.values()] or [_lacking(set())]
    if all(lacking):
        encoders = max((len(shape) - 1 for found in shapes.values() for shape in found), default=6)
        raise InputError(f"a latency table cannot be fitted: {lacking[0]}; make more with {_convert(encoders)}")


def expected_ms(table: LatencyTable, length: int, keep: Sequence[int]) -> float:
    """Give the milliseconds that a program would take.

    By its rates a table tells that of any length and of any number of encoders, all but the last being alike. An older
    one has none, and is read on straight lines between its points.

    Args:
        table: of the engine, precision and threads in question.
        length: tokens that enter the first encoder.
        keep: word-vectors that leave each encoder.

    Raises:
        InputError: a table without rates is for another number of encoders, or does not reach the length.
    """
    if table.rates is not None:
        return _by_rates(table, table.rates, length, keep)
    if len(keep) != len(table.leaving_ms):
        raise InputError(f"the latency table is of {len(table.leaving_ms)} encoders; got {len(keep)} numbers to keep")
    entering = (length, *keep[:-1])
    if not table.word_vectors[0] <= min(*entering, *keep) <= max(entering) <= table.word_vectors[-1]:
        raise InputError(
            f"the latency table is of {table.word_vectors[0]} to {table.word_vectors[-1]} word-vectors; got {length} "
            f"keeping {tuple(keep)}"
        )
    grid = table.word_vectors
    into = sum(float(np.interp(rows, grid, ms)) for rows, ms in zip(entering, table.entering_ms, strict=True))
    out = sum(float(np.interp(rows, grid, ms)) for rows, ms in zip(keep, table.leaving_ms, strict=True))
    passing = CLS.passing(len(keep))
    dropping = sum(left < entered for entered, left in zip(entering[:passing], keep[:passing], strict=True))
    return table.fixed_ms + table.token_ms * length + into + out + table.extract_ms * dropping


def _by_rates(table: LatencyTable, rates: LatencyRates, length: int, keep: Sequence[int]) -> float:
    costs = _Costs(
        table.fixed_ms, table.token_ms, rates.entering_ms, rates.square_ms, rates.leaving_ms, table.extract_ms
    )
    return float(_features(length, keep) @ np.array(astuple(costs)))


def _key(case: Case) -> Key:
    return case.engine, case.precision, case.threads


def _groups(results: Sequence[CaseResult]) -> dict[Key, list[CaseResult]]:
    groups: dict[Key, list[CaseResult]] = {}
    for result in results:
        groups.setdefault(_key(result.case), []).append(result)
    return groups


def _shapes_of(group: Sequence[CaseResult]) -> set[tuple[int, ...]]:
    return {(result.case.length, *result.keep) for result in group}


def _lacking(shapes: set[tuple[int, ...]]) -> str | None:
    """What programs of these lengths and configurations lack for a fit; None where they do."""
    if len(shapes) < LEAST_PROGRAMS:
        there = f"there is {len(shapes)}" if len(shapes) == 1 else f"there are {len(shapes)}"
        return f"it takes {LEAST_PROGRAMS} programs that differ, and {there}"
    if len({len(shape) for shape in shapes}) > 1:
        return "the programs differ in their number of encoders"
    # Entering and leaving rows must vary apart from each other, beside what is fixed.
    rows = np.array([_features(length, keep)[[_ONE, _ENTERING, _LEAVING]] for length, *keep in shapes])
    values = np.linalg.svd(rows / np.linalg.norm(rows, axis=0), compute_uv=False)
    if values[-1] < _INDEPENDENT * values[0]:
        return f"the {len(shapes)} programs keep alike, or have one length, and a table needs both to vary"
    return None


def _convert(encoders: int) -> str:
    """The command that makes programs enough, of a model with so many encoders."""
    keep = ",".join(f"{fraction:.2g}" for fraction in np.linspace(0.8, 0.2, max(1, CLS.passing(encoders))))
    return (
        f"edge-power convert --model MODEL --output BUNDLE --lengths 16,32,64,128 --keep {keep} "
        "(it also makes the programs that keep all)"
    )


def _features(length: int, keep: Sequence[int]) -> np.ndarray:
    """What each coefficient is multiplied with in a program's time; float (6,)."""
    passing = CLS.passing(len(keep))
    entering, leaving = np.array((length, *keep)[:passing], dtype=float), np.array(keep[:passing], dtype=float)
    dropping = float((leaving < entering).sum())
    return np.array([1, length, entering.sum(), (entering**2).sum(), leaving.sum(), dropping], dtype=float)


def _fit(key: Key, group: Sequence[CaseResult]) -> LatencyTable:
    measured = np.array([np.median(result.run_ms) for result in group])
    if measured.min() <= 0:
        raise InputError("a program's median time is 0 ms, so the clock is too coarse to fit a latency table to it")
    features = np.array([_features(result.case.length, result.keep) for result in group])
    costs = _costs(features, measured, np.array([result.macs for result in group], dtype=float))
    table = _tabulate(key, _Costs(*costs.tolist()), group)
    predicted = [expected_ms(table, result.case.length, result.keep) for result in group]
    errors = tuple((np.array(predicted) / measured - 1).round(4).tolist())
    return replace(table, errors=errors)


def _costs(features: np.ndarray, measured_ms: np.ndarray, macs: np.ndarray) -> np.ndarray:
    """The coefficients of the features, float (6,): what is fixed, the multiply-adds' share, and departures from it."""
    share = np.zeros((1, features.shape[1]))
    if macs.min() > 0:
        even = np.ones(features.shape[1])
        share[0, _ENCODERS] = _relative_fit(features, macs, even, ridge=_EXACT)[_ENCODERS]
    basis = np.vstack([np.eye(features.shape[1]), share])
    ease = np.full(len(basis), _DEPARTURE)
    ease[[_ONE, -1]] = 1
    ease[_EXTRACT] = _EXTRACT_EASE
    return np.asarray(_relative_fit(features @ basis.T, measured_ms, ease, ridge=_RIDGE) @ basis)


def _relative_fit(columns: np.ndarray, wanted: np.ndarray, ease: np.ndarray, *, ridge: float) -> np.ndarray:
    """Coefficients of at least 0 that make the squares of relative errors least.

    Args:
        columns: float (rows, n).
        wanted: above 0, float (rows,).
        ease: how little the ridge weighs on each coefficient once the size of its column is taken out, float (n,).
        ridge: see `nonnegative`.
    """
    relative = columns / wanted[:, None]
    scale = ease / np.maximum(np.linalg.norm(relative, axis=0), np.finfo(float).tiny)
    return np.asarray(nonnegative(relative * scale, np.ones(len(wanted)), ridge=ridge) * scale)


def _tabulate(key: Key, costs: _Costs, group: Sequence[CaseResult]) -> LatencyTable:
    grid = _grid(max(result.case.length for result in group))
    encoders, none = len(group[0].keep), (0.0,) * len(grid)
    passing = CLS.passing(encoders)
    engine, precision, threads = key
    return LatencyTable(
        engine=engine,
        precision=precision,
        threads=threads,
        word_vectors=grid,
        fixed_ms=costs.fixed,
        token_ms=costs.token,
        entering_ms=(tuple(costs.entering_ms(rows) for rows in grid),) * passing + (none,) * (encoders - passing),
        leaving_ms=(tuple(costs.leaving_ms(rows) for rows in grid),) * passing + (none,) * (encoders - passing),
        fitted=tuple(f"{result.case.budget}_{result.case.length}" for result in group),
        errors=(),
        extract_ms=costs.extract,
        rates=LatencyRates(costs.entering, costs.square, costs.leaving),
    )


def _grid(longest: int) -> tuple[int, ...]:
    """Points from 1 to `longest`, some 32 of them evenly."""
    step = max(4, longest // 32)
    return tuple(sorted({1, longest, *range(step, longest, step)}))
