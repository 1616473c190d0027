"""ExecuTorch: one file, one Program, a method per program; the one place of the runtime that imports torch."""

import os
import threading
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from edge_power_runtime.bundle.paths import resolve
from edge_power_runtime.bundle.programs import Program
from edge_power_runtime.bundle.tensors import INPUT_NAMES, OUTPUT_NAMES, TensorSpec
from edge_power_runtime.engines import missing_engine
from edge_power_runtime.errors import EngineError
from edge_power_runtime.sessions.tensors import OPEN, InputBinder, check_tensors, describe
from edge_power_runtime.system.huge_pages import huge_pages
from edge_power_runtime.system.lifetime import keep_forever, start_afresh_after_fork
from edge_power_runtime.system.native_output import hushed

# The thread pool is one per process, and an XNNPACK method holds a pointer to the pool that it was loaded with:
# replacing the pool leaves that pointer dangling (executorch 1.4: such a method kept running with the old count, on
# freed memory). So a change of the count first unloads every engine, and each loads again when it is asked next.
# Methods are not thread-safe either. One lock serves both.
_LOCK = threading.Lock()
if hasattr(os, "register_at_fork"):
    # A fork waits for the run under way, whose locks inside ExecuTorch and XNNPACK the child could never take. Their
    # thread pool starts anew in the child by itself.
    os.register_at_fork(before=_LOCK.acquire, after_in_parent=_LOCK.release, after_in_child=_LOCK.release)
_LOADED: "weakref.WeakSet[ExecutorchEngine]" = weakref.WeakSet()
# executorch/runtime/core/portable_type/scalar_type.h
_DTYPES = {3: "int32", 4: "int64", 6: "float32"}
# schema/program.fbs: the identifier of a flatbuffer, behind the offset of its root.
_IDENTIFIER = b"ET12"


class ExecutorchEngine:
    """The file of an executorch artifact, loaded once for all its programs."""

    def __init__(self, bundle_path: Path, *, num_threads: int = 1) -> None:
        """Import ExecuTorch, which takes seconds.

        Raises:
            MissingEngineError: executorch or torch is not installed.
        """
        try:
            with hushed():  # torch, torchao and ExecuTorch's CPU detection say a dozen lines that help nobody
                import torch  # loads the libraries that the binding needs

                # Its covers, portable_lib and executorch.runtime, import ExecuTorch's compiler as well: 4.4 s of CPU
                # time and 136 MB. And executorch.runtime's Program holds every method that it ever loaded.
                from executorch.extension.pybindings import _portable_lib as binding

                binding._threadpool_get_thread_count()  # the first call looks at the CPU, and talks about it
        except ModuleNotFoundError as error:
            raise missing_engine("executorch") from error
        self._torch = torch
        self._from_numpy = torch.from_numpy
        self._load_program = binding._load_program
        self._verification = binding.Verification.InternalConsistency
        self._thread_count = binding._threadpool_get_thread_count
        self._reset_threads = binding._unsafe_reset_threadpool
        self._bundle_path = bundle_path
        self._num_threads = num_threads
        self._programs: dict[Path, Any] = {}
        # Those whose method is loaded. A session has a method of its own, which ends with it.
        self._sessions: weakref.WeakSet[ExecutorchSession] = weakref.WeakSet()
        start_afresh_after_fork(self)

    def start_afresh(self) -> None:
        """Forget what is loaded, in a forked child: each method loads again when it is asked next."""
        keep_forever(self._programs, *(session.method for session in self._sessions))
        self._programs = {}
        self.unload()

    def unload(self) -> None:
        """Let go of every method and file; each loads again when it is asked next. The caller holds the lock."""
        for session in self._sessions:
            session.method = None
        self._sessions.clear()
        self._programs.clear()

    def session(self, program: Program) -> "ExecutorchSession":
        """Load the method of `program`.

        Raises:
            EngineError: ExecuTorch cannot load the file, or finds no such method.
            BundleError: the method has other tensors than the manifest says.
        """
        session = ExecutorchSession(self, program, resolve(self._bundle_path, program.file))
        with _LOCK:
            self.method(session)
        return session

    def method(self, session: "ExecutorchSession") -> Any:
        """Give the loaded method of a session; the caller holds the lock.

        Raises:
            EngineError: ExecuTorch cannot load it.
            BundleError: it has other tensors than the manifest says.
        """
        self._set_threads()
        if session.method is not None:
            return session.method
        path, program = session.path, session.program
        try:
            if path not in self._programs:
                self._programs[path] = self._load(path)
            _check_method(program, self._programs[path].method_meta(program.method))
            with huge_pages(), hushed():
                session.method = self._programs[path].load_method(program.method)
        except RuntimeError as error:
            raise EngineError(f"ExecuTorch cannot load program {program.name} from {path}: {error}") from error
        self._sessions.add(session)
        return session.method

    def _load(self, path: Path) -> Any:
        """Load a file after a look at its identifier, and have ExecuTorch verify its structure.

        What is no program at all could end the process; a damaged one still can (BUNDLE.md, section 2).
        """
        with path.open("rb") as stream:
            start = stream.read(8)
        if start[4:] != _IDENTIFIER:
            raise EngineError(
                f"{path} is no ExecuTorch program: its bytes 4 to 7 are {start[4:]!r}, expected {_IDENTIFIER!r}; "
                "convert the model again"
            )
        return self._load_program(str(path), program_verification=self._verification)

    def execute(self, method: Any, inputs: list[np.ndarray]) -> list[np.ndarray]:
        """Run a method; the caller holds the lock."""
        tensors = [self._from_numpy(array if array.flags.writeable else array.copy()) for array in inputs]
        with self._torch_threads():
            return [output.numpy() for output in method(tensors)]

    @contextmanager
    def _torch_threads(self) -> Iterator[None]:
        """Hold torch to our count for one run: products that no delegate takes run on torch's own threads.

        Left at torch's default, a second core spins for nothing (1.99 s of CPU time per second); where it is not free,
        a run waits for it: 40 ms in place of 4.
        """
        before = self._torch.get_num_threads()
        if before == self._num_threads:
            yield
            return
        self._torch.set_num_threads(self._num_threads)
        try:
            yield
        finally:
            self._torch.set_num_threads(before)

    def _set_threads(self) -> None:
        if self._thread_count() != self._num_threads:
            for engine in _LOADED:
                engine.unload()
            with hushed():
                self._reset_threads(self._num_threads)
        _LOADED.add(self)


class ExecutorchSession:
    """A program as a method; runs in the process wait for each other.

    Attributes:
        path: the file.
        program: in this file.
        method: of the program; None while it is not loaded.
    """

    def __init__(self, engine: ExecutorchEngine, program: Program, path: Path) -> None:
        """Refer to the method of `program` in the file `path` of `engine`."""
        self.path = path
        self.program = program
        self.method: Any = None
        self._engine = engine
        # Positions, not names: inputs go in and outputs come out in the order of the method's signature.
        self._binder = InputBinder(program)
        self._order = np.argsort([_place(spec) for spec in program.inputs]).tolist()
        # Other programs of any length may share the method, and drop words where this one does not.
        shared = {name: place for place, name in enumerate(OUTPUT_NAMES)} if program.any_length else {}
        self._outputs = shared | {spec.name: _place(spec) for spec in program.outputs}

    def run(self, inputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Run the program; see `Session.run`."""
        bound = self._binder.bind(inputs)
        with _LOCK:
            method = self._engine.method(self)
            try:
                outputs = self._engine.execute(method, [bound[index] for index in self._order])
                found = {name: outputs[place] for name, place in self._outputs.items() if place < len(outputs)}
                kept = found.pop("kept", None)
                if kept is not None and kept.size:  # none at a length at which a program of any length drops nothing
                    # A prediction holds these rows, and must hold no tensor of torch: the end of one lets other threads
                    # go first, and aborts a process that ends meanwhile. Nobody holds the logits.
                    found["kept"] = kept.copy()
                return found
            except (RuntimeError, IndexError) as error:
                raise EngineError(f"ExecuTorch failed in program {self.program.name}: {error}") from error


def _check_method(program: Program, found: Any) -> None:
    """Compare a method with the manifest, by what the file says of it (a MethodMeta); nothing is loaded for that."""
    inputs = [found.input_tensor_meta(place) for place in range(found.num_inputs())]
    outputs = [found.output_tensor_meta(place) for place in range(found.num_outputs())]
    check_tensors(
        program,
        inputs=_described(program, _names(program.inputs, INPUT_NAMES), inputs),
        outputs=_described(program, _names(program.outputs, OUTPUT_NAMES), outputs),
    )


def _place(spec: TensorSpec) -> int:
    """A tensor's place in its method, as the manifest says it; the format fixes it by the name."""
    if spec.position is not None:
        return spec.position
    return next(names.index(spec.name) for names in (INPUT_NAMES, OUTPUT_NAMES) if spec.name in names)


def _names(specs: Sequence[TensorSpec], fixed: Sequence[str]) -> Sequence[str]:
    """Names by place: those that the format fixes, unless a program that is no bundle's has others."""
    if all(spec.name in fixed[_place(spec) : _place(spec) + 1] for spec in specs):
        return fixed
    return [spec.name for spec in sorted(specs, key=_place)]


def _described(program: Program, names: Sequence[str], tensors: Sequence[Any]) -> dict[str, str]:
    """Describe tensors by our names for their places; those at places that we know nothing of are numbered.

    ExecuTorch tells of a size that is known when the method runs how large it can be.
    """
    known = (*names, *map(str, range(len(names), len(tensors))))
    found = {}
    for name, tensor in zip(known, tensors, strict=False):
        sizes = list(tensor.sizes())
        if program.any_length and (name == "kept" or (name in INPUT_NAMES and sizes[-1] >= program.length)):
            sizes[-1] = OPEN
        found[name] = describe(_DTYPES.get(tensor.dtype(), f"type {tensor.dtype()}"), sizes)
    return found
