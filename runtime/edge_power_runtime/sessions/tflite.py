"""LiteRT, or tflite-runtime before it: one file opened once, a signature per program."""

import ctypes
import platform
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

import numpy as np

from edge_power_runtime.bundle.paths import resolve
from edge_power_runtime.bundle.programs import Program
from edge_power_runtime.engines import missing_engine
from edge_power_runtime.errors import EngineError
from edge_power_runtime.sessions.tensors import InputBinder, check_tensors
from edge_power_runtime.system.huge_pages import huge_pages
from edge_power_runtime.system.native_output import hushed

# Of our releases, the first that works with the compiled models of ai-edge-litert: it has options for the CPU.
LEAST_LITERT = "2.3"
# Of <sys/auxv.h> and arm64's <asm/hwcap.h>.
_AT_HWCAP, _HWCAP_ATOMICS = 16, 1 << 8


@dataclass(frozen=True, slots=True)
class Signature:
    """A program of an opened file.

    Attributes:
        inputs: by name, as `describe` writes them.
        outputs: likewise.
        run: inputs by name to outputs by name, which are the caller's own.
    """

    inputs: dict[str, str]
    outputs: dict[str, str]
    run: Callable[[Mapping[str, np.ndarray]], dict[str, np.ndarray]]


class SignatureFile(Protocol):
    """A .tflite file, opened by one of the two runtimes; not thread-safe."""

    def signature(self, key: str) -> Signature:
        """Find a program.

        Raises:
            ValueError: there is none of this name.
            RuntimeError: it cannot be prepared.
        """
        ...


# Opens the file at a path, to run on a number of threads; ValueError or RuntimeError where it cannot.
Opener = Callable[[Path, int], SignatureFile]


class TfliteEngine:
    """The file of a tflite artifact, opened once.

    Both runtimes prepare every signature of a file when it is opened, whichever is asked for. So programs share one
    opened file.
    """

    def __init__(self, bundle_path: Path, *, num_threads: int = 1) -> None:
        """Find the runtime.

        Raises:
            MissingEngineError: neither ai-edge-litert nor tflite-runtime is installed.
            EngineError: the one that is installed does not work here.
        """
        self._open = find_runtime()
        self._bundle_path = bundle_path
        self._num_threads = num_threads
        self._files: dict[Path, SignatureFile] = {}
        # Signatures share what an opened file has, and that is not thread-safe.
        self._lock = threading.Lock()

    def session(self, program: Program) -> "TfliteSession":
        """Find the signature of `program`.

        Raises:
            EngineError: the runtime cannot load the file, or finds no such signature.
            BundleError: the signature has other tensors than the manifest says.
        """
        path = resolve(self._bundle_path, program.file)
        with self._lock:
            try:
                signature = self._file(path).signature(program.method or "")
            except (ValueError, RuntimeError) as error:
                raise EngineError(f"TFLite cannot load program {program.name} from {path}: {error}") from error
        check_tensors(program, inputs=signature.inputs, outputs=signature.outputs)
        return TfliteSession(signature, program, self._lock)

    def _file(self, path: Path) -> SignatureFile:
        if path not in self._files:
            with huge_pages(), hushed():  # LiteRT tells what it finds and makes, in dozens of lines
                self._files[path] = self._open(path, self._num_threads)
        return self._files[path]


class TfliteSession:
    """A program as a signature; runs of one file wait for each other."""

    def __init__(self, signature: Signature, program: Program, lock: threading.Lock) -> None:
        """Wrap a signature of a file that `lock` guards."""
        self._run = signature.run
        self._lock = lock
        self._program = program.name
        self._binder = InputBinder(program)
        self._inputs = [spec.name for spec in program.inputs]
        self._outputs = [spec.name for spec in program.outputs]

    def run(self, inputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Run the program; see `Session.run`."""
        feed = dict(zip(self._inputs, self._binder.bind(inputs), strict=True))
        try:
            with self._lock:
                outputs = self._run(feed)
            return {name: outputs[name] for name in self._outputs}
        except (ValueError, RuntimeError, KeyError) as error:
            raise EngineError(f"TFLite failed in program {self._program}: {error}") from error


def find_runtime() -> Opener:
    """Import what opens files: ai-edge-litert, else tflite-runtime, its predecessor.

    Compiled models need ARM's atomic operations of 8.1: a Cortex-A53 has none, and ends the process. There the
    Interpreter of ai-edge-litert opens the file, and every signature has its own packed weights.

    Raises:
        MissingEngineError: neither is installed.
        EngineError: ai-edge-litert is too old, or only tflite-runtime is there and numpy 2 with it, which would crash
            the process.
    """
    try:
        if not _lacks_atomics():
            from edge_power_runtime.sessions.litert import CompiledFile

            return CompiledFile
    except ModuleNotFoundError:
        pass
    except ImportError as error:
        raise EngineError(
            f"ai-edge-litert is too old ({error}), expected at least {LEAST_LITERT}; run: "
            'pip install --upgrade "edge-power-runtime[tflite]"'
        ) from error
    try:
        from edge_power_runtime.sessions.tflite_legacy import InterpretedFile
    except ModuleNotFoundError as error:
        raise missing_engine("tflite") from error
    if find_spec("ai_edge_litert") is None:
        check_numpy_for_tflite_runtime(np.__version__)
    return InterpretedFile


def _lacks_atomics() -> bool:
    """Whether this is a 64-bit ARM on Linux whose kernel tells of no LSE (getauxval(3), HWCAP_ATOMICS)."""
    if platform.machine() != "aarch64" or not sys.platform.startswith("linux"):
        return False
    getauxval = ctypes.CDLL(None).getauxval
    getauxval.argtypes, getauxval.restype = (ctypes.c_ulong,), ctypes.c_ulong
    return not getauxval(_AT_HWCAP) & _HWCAP_ATOMICS


def check_numpy_for_tflite_runtime(version: str) -> None:
    """Refuse numpy 2 beside tflite-runtime, whose last release (2.14) was built against numpy 1.

    Raises:
        EngineError: `version` is 2 or newer.
    """
    if int(version.split(".")[0]) >= 2:
        raise EngineError(
            f"tflite-runtime needs numpy 1, found numpy {version}; run: pip install 'numpy<2', or use its successor: "
            'pip install "edge-power-runtime[tflite]"'
        )
