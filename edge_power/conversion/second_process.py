"""Some artifacts of a bundle, written by a process of its own: each engine's tools keep one core busy.

The process is `python -P -m edge_power.conversion.second_process JOB`. JOB is a directory with the model's checkpoint
and the orders. It stands outside of the bundle, so that nothing of it can stay there.
It writes into the bundle's directory and says on its standard output, in lines of JSON, what it does:
`{"step": ...}`, `{"artifact": ...}` or, last, `{"error": ...}`. It ends when its standard input does, and so with us.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Self

from edge_power.conversion.artifacts import Order, Step, write_artifact
from edge_power.conversion.tracing import Tracer
from edge_power.model.classifier import PowerForSequenceClassification
from edge_power_converters import ConversionError, Recipe
from edge_power_runtime.bundle.artifacts import Acceptance, Artifact
from edge_power_runtime.errors import EdgePowerError
from edge_power_runtime.reading.jsonnode import Node
from edge_power_runtime.reading.records import read_record
from edge_power_runtime.readout import Readout
from edge_power_runtime.retention import RetentionConfig, RetentionSchedule
from edge_power_runtime.system.native_output import tail
from edge_power_runtime.system.python_process import python_command, python_environment

JOB_FILE = "job.json"


class SecondProcess:
    """Writes artifacts while this process does other work; leave its block, and it is gone."""

    def __init__(
        self,
        model: PowerForSequenceClassification,
        orders: Sequence[Order],
        directory: Path,
        job: Path,
        step: Step,
    ) -> None:
        """Prepare.

        Args:
            model: with a tokenizer.
            orders: in the order in which they are written.
            directory: of the bundle.
            job: a directory that is made for the process, and removed; nothing may be there.
            step: is told of each step that begins there, from another thread.
        """
        self._model, self._orders, self._directory, self._job, self._step = model, orders, directory, job, step
        self._messages: SimpleQueue[dict[str, Any] | None] = SimpleQueue()

    def __enter__(self) -> Self:
        """Save the model where the process finds it, and start."""
        self._job.mkdir()  # what is there is another's, and an error
        self._model.save_pretrained(self._job)
        (self._job / JOB_FILE).write_text(json.dumps(_as_job(self._orders, self._directory)), encoding="utf-8")
        self._log = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            python_command(sys.executable, "-m", "edge_power.conversion.second_process", str(self._job)),
            env=python_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            encoding="utf-8",
        )
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        return self

    def __exit__(self, *error: object) -> None:
        """Stop the process, if it has not ended, and remove what it read."""
        self._process.kill()
        self._process.wait()
        self._listener.join()
        for stream in (self._process.stdin, self._process.stdout, self._log):
            assert stream is not None
            stream.close()
        shutil.rmtree(self._job, ignore_errors=True)  # we made it, above

    def next_artifact(self) -> Artifact:
        """Wait for the artifact of the next order.

        Raises:
            ConversionError: an engine's tools failed, or the process ended before its time.
            OSError: a file cannot be written.
        """
        message = self._messages.get()
        if message is None:
            raise self._early_end()
        if "error" in message:
            raise _as_error(message["error"])
        return read_record(Artifact, Node(message["artifact"], "what the second process said"))

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            message = json.loads(line)
            if "step" in message:
                self._step(message["step"])
            else:
                self._messages.put(message)
        self._messages.put(None)

    def _early_end(self) -> ConversionError:
        status = self._process.wait()
        engines = " and ".join(order.recipe.title for order in self._orders)
        cause = f"was killed by signal {-status}, as for want of memory" if status < 0 else f"ended with {status}"
        failed = ConversionError(
            f"the second process, which converts for {engines}, {cause}; one process needs less memory: `one_process`"
        )
        if said := tail(self._log):
            failed.add_note("its output ended with:\n" + said.decode(errors="replace"))
        return failed


def _as_job(orders: Sequence[Order], directory: Path) -> dict[str, Any]:
    return {"directory": str(directory.absolute()), "orders": [asdict(order) for order in orders]}


def _as_orders(job: dict[str, Any]) -> list[Order]:
    return [
        Order(
            Recipe(**order["recipe"] | {"acceptance": Acceptance(**order["recipe"]["acceptance"])}),
            {
                name: (budget, RetentionConfig(config["length"], tuple(config["keep"]), Readout(**config["readout"])))
                for name, (budget, config) in order["configurations"].items()
            },
            {name: (whole, first, last) for name, (whole, first, last) in order["stages"].items()},
            order["macs"],
            {
                budget: RetentionSchedule(tuple(schedule["fractions"]), Readout(**schedule["readout"]))
                for budget, schedule in order["schedules"].items()
            },
        )
        for order in job["orders"]
    ]


def _from_error(error: EdgePowerError | OSError) -> dict[str, Any]:
    if isinstance(error, OSError):
        return {"errno": error.errno, "message": error.strerror or str(error)}
    return {"message": str(error), "notes": getattr(error, "__notes__", [])}


def _as_error(said: dict[str, Any]) -> ConversionError | OSError:
    if "errno" in said:
        return OSError(said["errno"], said["message"])
    failed = ConversionError(said["message"])
    for note in said["notes"]:
        failed.add_note(note)
    return failed


def main(job_directory: Path) -> None:
    """Do a job, and say on standard output what is done."""
    # What tools print on standard output goes to standard error, away from our lines.
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as output:
        os.dup2(2, 1)

        def say(kind: str, value: object) -> None:
            output.write(json.dumps({kind: value}) + "\n")
            output.flush()

        try:
            _work(job_directory, say)
        except (EdgePowerError, OSError) as error:
            say("error", _from_error(error))


def _work(job_directory: Path, say: Callable[[str, object], None]) -> None:
    job = json.loads((job_directory / JOB_FILE).read_text(encoding="utf-8"))
    tracer = Tracer(PowerForSequenceClassification.from_pretrained(job_directory))
    for order in _as_orders(job):
        artifact = write_artifact(tracer, order, Path(job["directory"]), lambda step: say("step", step))
        say("artifact", asdict(artifact))


def _end_with_parent() -> None:
    """End this process once its standard input does; who holds the other end is gone then."""
    os.read(0, 1)  # below sys.stdin, whose lock would be held while the interpreter ends
    os._exit(1)


if __name__ == "__main__":
    threading.Thread(target=_end_with_parent, daemon=True).start()
    main(Path(sys.argv[1]))
