"""What one case needs at the start: a fresh process opens the bundle, answers, and tells times and memory as JSON."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import asdict

from edge_power_runtime.bundle.bundle import Bundle
from edge_power_runtime.errors import BundleError, EdgePowerError, EngineError
from edge_power_runtime.model import Classifier
from edge_power_runtime.profiler.machine.memory import Memory, memory_now, reset_peak
from edge_power_runtime.profiler.report.figures import last_line
from edge_power_runtime.profiler.report.record import Case, Startup
from edge_power_runtime.reading.jsonnode import parse
from edge_power_runtime.reading.printable import one_line
from edge_power_runtime.reading.records import read_record
from edge_power_runtime.sessions import open_engine
from edge_power_runtime.system.python_process import python_command, python_environment
from edge_power_runtime.text import Text

TIME_LIMIT_S = 600.0
"""A slow phone loads a large model in a minute; what takes ten hangs."""

_MODULE = "edge_power_runtime.profiler.measure.probe"
_STEADY_ANSWERS = 5
_FAILED = 2


def measure_startup(
    bundle: str | os.PathLike[str], case: Case, text: Text, *, limit_s: float = TIME_LIMIT_S
) -> Startup:
    """Measure one case in a process of its own.

    Args:
        bundle: its directory.
        case: of this bundle.
        text: that falls on the case's program.
        limit_s: when to give up.

    Raises:
        EngineError: the process failed, crashed or took too long.
    """
    request = json.dumps({"bundle": os.fspath(bundle), "case": asdict(case), "text": text}).encode()
    command = python_command(sys.executable, "-m", _MODULE)
    try:
        done = subprocess.run(command, input=request, capture_output=True, timeout=limit_s, env=python_environment())
    except subprocess.TimeoutExpired:
        raise EngineError(f"{case}: a fresh process did not answer within {limit_s:g} s") from None
    except OSError as error:
        raise EngineError(f"{case}: cannot start a fresh process of {sys.executable}: {error.strerror}") from error
    if done.returncode:
        raise EngineError(f"{case}: a fresh process {_end(done.returncode)}: {_said(done.stderr)}")
    try:
        return read_record(Startup, parse(_said(done.stdout), "its answer"))
    except BundleError as error:
        raise EngineError(f"{case}: a fresh process gave no answer: {error}") from error


def main() -> int:
    """Read {bundle, case, text} from standard input, measure, and print a Startup.

    Returns:
        0, or 2 with a line on stderr.
    """
    request = json.load(sys.stdin)
    text = request["text"]
    try:
        found = _measure(request["bundle"], Case(**request["case"]), text if isinstance(text, str) else tuple(text))
    except EdgePowerError as error:
        print(one_line(str(error)), file=sys.stderr)
        return _FAILED
    print(json.dumps(asdict(found)))
    return 0


def _measure(path: str, case: Case, text: Text) -> Startup:
    _import_packages(path, case)
    reset_peak()
    before = memory_now()
    start = time.perf_counter()
    classifier = Classifier.open(
        path, engine=case.engine, precision=case.precision, budget=case.budget, num_threads=case.threads
    )
    classifier.choose(classifier.encode(text))  # which loads the program
    loaded = time.perf_counter()
    classifier(text)
    answered = time.perf_counter()
    for _ in range(_STEADY_ANSWERS - 1):
        classifier(text)
    return _startup((loaded - start) * 1e3, (answered - loaded) * 1e3, before, memory_now())


def _import_packages(path: str, case: Case) -> None:
    """Import what every text needs, before the clock starts: an app does so once, whatever it loads."""
    import tokenizers  # noqa: F401

    bundle = Bundle.open(path)
    artifact = bundle.artifact(case.engine, case.precision)
    open_engine(bundle.path, artifact, num_threads=case.threads)  # imports, and loads no file yet


def _startup(load_ms: float, first_answer_ms: float, before: Memory, after: Memory) -> Startup:
    return Startup(
        load_ms=load_ms,
        first_answer_ms=first_answer_ms,
        steady_bytes=_grown(before.resident_bytes, after.resident_bytes),
        peak_bytes=_grown(before.resident_bytes, after.peak_bytes),
        process_bytes=after.resident_bytes,
    )


def _grown(before: int | None, after: int | None) -> int | None:
    return None if before is None or after is None else max(0, after - before)


def _end(status: int) -> str:
    if status > 0:
        return f"ended with status {status}"
    names = {item.value: item.name for item in signal.Signals}
    return f"was ended by {names.get(-status, f'signal {-status}')}"


def _said(output: bytes) -> str:
    return last_line(output.decode(errors="replace")) or "it said nothing"


if __name__ == "__main__":
    sys.exit(main())
