"""Reports whose machine and samples are drawn at random around every bound that a flag is found by."""

from dataclasses import replace
from random import Random

from edge_power_runtime.profiler.report.environment import Battery, Core, Environment, State, Usage
from edge_power_runtime.profiler.report.record import CaseResult, MixResult, Report, Settings
from tests.profile_records import cases, environment, mix, report, result, run_alone


def random_report(draw: Random) -> Report:
    """A report with one to three cases and up to two mixes, as few of them as a flag can tell apart."""
    chosen = draw.sample(list(cases(threads=(1, 2))), draw.randint(1, 3))
    results = tuple(_result(replace(result(case), spans=()), draw) for case in chosen)
    mixes = tuple(_mix(mix(case), draw) for case in draw.sample(chosen, draw.randint(0, min(2, len(chosen)))))
    return report(results, environment=_environment(draw), settings=_settings(draw), mixes=mixes)


def _result(made: CaseResult, draw: Random) -> CaseResult:
    """Equal samples or some that lie far apart: in between, whether a median is sure hangs on what was resampled."""
    median = draw.choice((0.01, 0.5, 10.0, 12.5, 1234.5, draw.uniform(0.1, 5000)))
    spread = draw.choice((0.0, 0.0, 0.0, 0.2))
    number = draw.choice((1, 5, 6, 19, 20, 99, 100, 101)) if spread == 0 else 100
    times = tuple(median * (1 + (spread if place % 2 else -spread)) for place in range(number))
    return replace(made, rounds=(1,) * number, spans=run_alone(times))


def _mix(made: MixResult, draw: Random) -> MixResult:
    number = draw.choice((1, 4, 6, 20, 100, 199))
    return replace(
        made, lengths=made.lengths[:number], num_tokens=made.num_tokens[:number], total_ms=made.total_ms[:number]
    )


def _settings(draw: Random) -> Settings:
    percentiles = tuple(draw.sample((0.0, 0.1, 5.0, 50.0, 90.0, 95.0, 99.0, 99.9, 99.99, 100.0), draw.randint(1, 4)))
    iterations, texts = draw.choice((6, 20, 100, 1000)), draw.choice((0, 6, 100, 2000))
    return Settings(10, iterations, draw.choice((None, 1.5)), 5, percentiles, "built-in", texts)


def _environment(draw: Random) -> Environment:
    cores = tuple(
        Core(index, None, draw.choice((None, 1800.0, 2400.0)), draw.choice((None, "schedutil")))
        for index in range(draw.randint(0, 3))
    )
    return environment(cores=cores, before=_state(draw), after=_state(draw), usage=_usage(draw))


def _state(draw: Random) -> State:
    names, zones = draw.sample(("0", "1", "2"), draw.randint(0, 3)), draw.sample(("a", "b"), draw.randint(0, 2))
    battery = Battery(draw.choice((None, 64.0, 12.5, 49.6)), draw.choice(("Discharging", "discharging", "Full")))
    return State(
        {name: draw.choice((1800.0, 1700.0, 1350.0, 1349.5, 2400.0, draw.uniform(300, 2500))) for name in names},
        {zone: draw.choice((40.0, 45.0, 44.95, 45.25, draw.uniform(30, 60))) for zone in zones},
        {name: draw.randint(0, 3) for name in names},
        (), None, draw.choice((None, None, battery)),
    )  # fmt: skip


def _usage(draw: Random) -> Usage:
    wall = draw.choice((0.0, 0.01, 0.06, 0.25, 0.5, 1.0, 10.0, draw.uniform(0.01, 1)))
    own = wall * draw.choice((0.0, 0.5, 0.78, 0.9, 0.985, 1.0, 1.9))
    other = draw.choice((None, 0.0, 0.05, 0.051, wall * draw.choice((0.05, 0.1, 0.25, 0.3, 0.625))))
    switches = draw.choice((None, 0, 19, 20, 21, int(100 * wall), int(150 * wall), 1_500))
    return Usage(wall, own, other, draw.choice((None, 0.0, wall * 0.05)), switches)
