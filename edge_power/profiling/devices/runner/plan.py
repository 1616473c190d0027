"""Which programs a benchmark program is to time: the options, held against a bundle and a device."""

from collections.abc import Sequence

from edge_power.profiling.devices.reach.errors import DeviceError
from edge_power_runtime import Bundle
from edge_power_runtime.bundle.artifacts import Artifact
from edge_power_runtime.errors import InputError
from edge_power_runtime.profiler.measure.plan import cases_of
from edge_power_runtime.profiler.options import Options
from edge_power_runtime.profiler.report.figures import count
from edge_power_runtime.profiler.report.record import Case


def check_options(options: Options) -> None:
    """Refuse what needs the runtime on the device.

    Raises:
        InputError: it is asked for.
    """
    if options.texts is not None:
        raise InputError("a benchmark program reads no texts; leave `texts` out, or profile with `python`")
    if options.operations:
        raise InputError("a benchmark program tells no operations; leave `operations` out, or profile with `python`")


def plan_artifacts(bundle: Bundle, engine: str, precisions: Sequence[str]) -> list[Artifact]:
    """Choose the artifacts of an engine.

    Raises:
        InputError: the bundle has none such; the message lists those that it has.
    """
    names = precisions or [item.precision for item in bundle.manifest.artifacts if item.engine == engine]
    return [bundle.artifact(engine, precision) for precision in names] or [bundle.artifact(engine)]


def plan(bundle: Bundle, artifacts: Sequence[Artifact], options: Options, cores: int) -> tuple[Case, ...]:
    """Give every case that is asked for.

    Args:
        bundle: of the artifacts.
        artifacts: whose programs.
        options: budgets, lengths and threads.
        cores: of the device.

    Raises:
        InputError: there is no such budget, length or core.
    """
    if max(options.threads) > cores:
        raise InputError(f"`threads` {max(options.threads)}: the device has {count(cores, 'core')}; ask for 1..{cores}")
    return cases_of(bundle, artifacts, options)


def num_cores(lines: Sequence[str], name: str) -> int:
    """Read what nproc printed.

    Raises:
        DeviceError: it is no number.
    """
    if not lines or not lines[-1].strip().isdigit():
        raise DeviceError(f"cannot tell how many cores {name} has: nproc said {' '.join(lines[-1:])!r}")
    return int(lines[-1])
