"""What every converter takes: named programs, with their inputs and outputs spelled out."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

import torch
from torch.export import ExportedProgram
from torch.utils import _pytree as pytree

from edge_power_converters.errors import ConversionError
from edge_power_runtime.bundle.files import FileEntry
from edge_power_runtime.bundle.programs import Program
from edge_power_runtime.bundle.tensors import ROLES, TensorSpec

# Called before each step of a conversion with a word or two on what it is.
Progress = Callable[[str], None]

Addressing = Literal["name", "position"]

# As the manifest writes them.
DTYPES = {torch.int32: "int32", torch.int64: "int64", torch.float32: "float32"}


@dataclass(frozen=True, slots=True)
class SourceProgram:
    """A program to convert.

    Attributes:
        name: unique; an engine's method, signature or file is named after it.
        budget: the budget it belongs to.
        length: its static length; the longest of its texts where it takes any length.
        exported: static shapes, keyword inputs of shape (1, length), a dict of outputs.
        last: the last encoder that it computes, counted from 1.
        first: the first one.
        any_length: whether `exported` has a length that is known when it runs, up to `length` or more: programs of one
            budget that share it become one graph.
    """

    name: str
    budget: str
    length: int
    exported: ExportedProgram
    last: int
    first: int = 1
    any_length: bool = False

    @property
    def graph_name(self) -> str:
        """What its graph is called: by its budget where other programs of that share it, else by its own name."""
        return self.budget if self.any_length else self.name

    @property
    def input_names(self) -> list[str]:
        """In the program's order."""
        return _names(self.exported.call_spec.in_spec, self.name)

    @property
    def output_names(self) -> list[str]:
        """In the program's order."""
        return _names(self.exported.call_spec.out_spec, self.name)

    @property
    def inputs(self) -> dict[str, torch.Tensor]:
        """Input names with a tensor of their shape and dtype at the program's length, in the program's order."""
        values = {node.name: node.meta["val"] for node in self.exported.graph.nodes if node.op == "placeholder"}
        given = [values[node] for node in self.exported.graph_signature.user_inputs]
        if self.any_length:
            given = [torch.ones(1, self.length, dtype=value.dtype) for value in given]
        return dict(zip(self.input_names, given, strict=True))

    @property
    def outputs(self) -> dict[str, torch.Tensor]:
        """Output names with a tensor of their shape and dtype at the program's length, in the program's order.

        One that holds nothing at this length is left out.
        """
        if self.any_length:
            found = _module(self.exported)(**self.samples())
            return {name: found[name] for name in self.output_names if found[name].numel()}
        values = {node.name: node.meta["val"] for node in self.exported.graph.nodes if "val" in node.meta}
        return {
            name: values[node]
            for name, node in zip(self.output_names, self.exported.graph_signature.user_outputs, strict=True)
        }

    def samples(self) -> dict[str, torch.Tensor]:
        """Real tensors that fit the inputs: ones, which is a valid token, mask and token type."""
        return {name: torch.ones(tuple(fake.shape), dtype=fake.dtype) for name, fake in self.inputs.items()}


@lru_cache(maxsize=1)
def _module(exported: ExportedProgram) -> torch.nn.Module:
    """A program as a module, made once for all that share it: it takes longer than to run it."""
    return exported.module()


def tensor_specs(
    tensors: dict[str, torch.Tensor], *, addressed_by: Addressing, narrow: bool = False
) -> tuple[TensorSpec, ...]:
    """Describe inputs or outputs as the manifest does.

    Args:
        tensors: by our names, in order.
        addressed_by: whether the engine finds a tensor by name or by its position.
        narrow: whether the engine's converter made int32 of int64.
    """
    by_name = addressed_by == "name"
    return tuple(
        TensorSpec(
            name=name,
            role=ROLES[name],
            engine_name=name if by_name else None,
            position=None if by_name else position,
            dtype="int32" if narrow and tensor.dtype == torch.int64 else DTYPES[tensor.dtype],
            shape=tuple(tensor.shape),
        )
        for position, (name, tensor) in enumerate(tensors.items())
    )


def describe(
    program: SourceProgram, files: Sequence[str], *, method: str | None, addressed_by: Addressing, narrow: bool = False
) -> Program:
    """Describe a converted program as the manifest does; its parity is measured later.

    Args:
        program: that was converted, of tensors that a manifest knows.
        files: of the artifact: first the one that the engine opens, then what that needs.
        method: its method or signature in the file; None where the file is the program.
        addressed_by: see `tensor_specs`.
        narrow: see `tensor_specs`.
    """
    return Program(
        name=program.name,
        budget=program.budget,
        length=program.length,
        first=program.first,
        last=program.last,
        file=files[0],
        files=tuple(files),
        method=method,
        inputs=tensor_specs(program.inputs, addressed_by=addressed_by, narrow=narrow),
        outputs=tensor_specs(program.outputs, addressed_by=addressed_by, narrow=narrow),
        parity=None,
        any_length=program.any_length,
    )


def file_entry(directory: Path, path: Path) -> FileEntry:
    """Describe a file below `directory`."""
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return FileEntry(path.relative_to(directory).as_posix(), path.stat().st_size, digest)


def file_entries(directory: Path, paths: Iterable[Path]) -> tuple[FileEntry, ...]:
    """Describe files below `directory`, in the order of their names."""
    return tuple(file_entry(directory, path) for path in sorted(paths))


def _names(spec: pytree.TreeSpec | None, program: str) -> list[str]:
    """The keys of a dict's flattened order; of (args, kwargs) those of kwargs."""
    if spec is None:
        raise ConversionError(f"program {program} was exported without its calling convention")
    tree = pytree.tree_unflatten(list(range(spec.num_leaves)), spec)
    if isinstance(tree, tuple):
        tree = tree[1]
    if not isinstance(tree, dict) or len(tree) != spec.num_leaves:
        raise ConversionError(f"program {program} must take keyword tensors and return a dict of tensors")
    return sorted(tree, key=tree.__getitem__)
