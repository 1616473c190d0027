"""ai-edge-litert: a file compiled for the CPU, whose signatures share their packed weights."""

import ctypes
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from ai_edge_litert.compiled_model import CompiledModel, CpuOptions, Environment, Options, TensorBuffer
from ai_edge_litert.interpreter import Interpreter

from edge_power_runtime.sessions.tensors import describe
from edge_power_runtime.sessions.tflite import Signature
from edge_power_runtime.system.lifetime import keep_forever

# XNNPACK packs the weights of each signature, and without a cache holds them as often as there are signatures. This
# name (tflite/delegates/xnnpack/weight_cache.h) makes it a memfd, which is this process's alone, and gone with it.
# Where a system has no memfd, LiteRT does without.
_WEIGHT_CACHE = ":memory" if sys.platform in ("linux", "android") else ""


class CompiledFile:
    """A file as LiteRT's CompiledModel."""

    def __init__(self, path: Path, num_threads: int) -> None:
        """Open it.

        Raises:
            ValueError: it is damaged.
            RuntimeError: LiteRT cannot prepare it.
        """
        # CompiledModel believes what it reads, and half a file ends the process. The Interpreter verifies the structure
        # first, in 2 ms, and prepares nothing as long as it is asked for no tensor.
        Interpreter(model_path=str(path))
        options = CpuOptions(num_threads=num_threads, xnnpack_weight_cache_path=_WEIGHT_CACHE)
        self._model = CompiledModel.from_file(
            str(path), environment=_environment(), options=Options(cpu_options=options)
        )

    def signature(self, key: str) -> Signature:
        """Find a program; see `SignatureFile.signature`."""
        index: int = self._model.get_signature_index(key)
        if index < 0:
            raise ValueError(f"it has no signature {key}, only {', '.join(self._model.get_signature_list())}")
        return _Runner(self._model, key, index).signature


@cache
def _environment() -> Environment:
    """Make LiteRT's environment, one for the process, while our caller drops what is said.

    An environment tells of each accelerator that it finds, and of each again when it goes, so ours never does. LiteRT
    makes another for all tensors when the first is written, which goes when the process ends, after Python. By then
    nobody else writes to standard error, and it is closed before.
    """
    environment = Environment.create()
    keep_forever(environment)
    TensorBuffer.create_from_host_memory(np.zeros(16, np.int32)).write(np.zeros(16, np.int32))
    libc = ctypes.CDLL(None)
    if hasattr(libc, "__cxa_atexit"):
        libc.__cxa_atexit.argtypes = (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)
        libc.__cxa_atexit(ctypes.cast(libc.close, ctypes.c_void_p), 2, None)
    return environment


class _Runner:
    """One signature with the buffers that it reads and writes."""

    def __init__(self, model: Any, key: str, index: int) -> None:
        names = model.get_signature_by_index(index)
        inputs, outputs = model.get_input_tensor_details(key), model.get_output_tensor_details(key)
        self._model, self._index = model, index
        self._inputs, self._outputs = model.create_input_buffers(index), model.create_output_buffers(index)
        self._names: list[str] = names["inputs"]
        self._results = [(name, np.dtype(outputs[name]["dtype"]), outputs[name]["shape"]) for name in names["outputs"]]
        self.signature = Signature(_described(inputs), _described(outputs), self._run)

    def _run(self, inputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        for name, buffer in zip(self._names, self._inputs, strict=True):
            buffer.write(inputs[name])
        self._model.run_by_index(self._index, self._inputs, self._outputs)
        return {
            name: buffer.read(int(np.prod(shape)), dtype).reshape(shape)
            for buffer, (name, dtype, shape) in zip(self._outputs, self._results, strict=True)
        }


def _described(details: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    return {name: describe(tensor["dtype"], tensor["shape"]) for name, tensor in details.items()}
