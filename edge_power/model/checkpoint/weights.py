"""The weights of a checkpoint: compared with what config.json asks for by their headers alone, then read.

Nothing of the sizes that config.json names is allocated before the files were found to hold it.
"""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import torch

from edge_power.errors import CheckpointError, NoClassifierError
from edge_power.model.checkpoint.files import (
    WEIGHTS,
    WEIGHTS_INDEX,
    Model,
    describe_foreign,
    find_file,
    is_lfs_pointer,
    lfs_pointer,
    read_json,
    short,
)
from edge_power.model.families import Family

_FLOATS = ("F32", "F16", "BF16", "F64")


@dataclass(frozen=True, slots=True)
class Stored:
    """A tensor in a file.

    Attributes:
        file: that holds it.
        name: what the file calls it.
        shape: of it.
        dtype: as safetensors spells it, such as BF16.
    """

    file: Path
    name: str
    shape: tuple[int, ...]
    dtype: str


def read_headers(model: Model) -> dict[str, Stored]:
    """Look up what a checkpoint's weights are, by name, in one file or in several that an index lists.

    Raises:
        CheckpointError: there are none, or a file is not what it should be.
    """
    whole = find_file(model, WEIGHTS)
    if whole is not None:
        return _read_header(whole)
    index = find_file(model, WEIGHTS_INDEX)
    if index is None:
        raise _no_weights(model)
    listed = read_json(index).get("weight_map")
    if not isinstance(listed, dict) or not listed or not all(isinstance(file, str) for file in listed.values()):
        raise CheckpointError(f"{index} has no weight_map; expected the name of a file for each tensor")
    headers = {file: _read_header(_shard(model, index, file)) for file in sorted(set(listed.values()))}
    for name, file in listed.items():
        if name not in headers[file]:
            raise CheckpointError(f"{index} says that {short(name)} is in {short(file)}, which does not hold it")
    return {name: headers[file][name] for name, file in listed.items()}


def match_weights(
    found: Mapping[str, Stored], wanted: Mapping[str, tuple[int, ...]], family: Family, model: Model, *, new_head: bool
) -> dict[str, Stored]:
    """Find the tensors that a model has, as transformers does, and also where a wrapper prefixed all their names.

    Args:
        found: what there is.
        wanted: shapes by Hugging Face's name.
        family: of the model.
        model: for messages.
        new_head: whether what the head lacks, or has of another shape, is left out.

    Returns:
        By Hugging Face's name.

    Raises:
        NoClassifierError: all that is lacking is the head.
        CheckpointError: something is lacking, of another shape, or not of floats.
    """
    plain = _named_as(wanted, {name: name for name in found}, family, model)
    unwrapped = _named_as(wanted, _without_prefix(found), family, model)
    names = unwrapped if len(unwrapped) > len(plain) else plain
    lacking = [name for name in wanted if name not in names and not (new_head and name.startswith(family.head))]
    if lacking:
        raise _lacking(lacking, found, names, wanted, family, model)
    matched = {}
    for name, theirs in names.items():
        stored = found[theirs]
        if stored.shape != wanted[name]:
            if new_head and name.startswith(family.head):
                continue
            raise _another_shape(name, stored, wanted[name], family, model)
        if stored.dtype not in _FLOATS:
            raise CheckpointError(
                f"{model} has {name} as {short(stored.dtype)}; supported: {', '.join(_FLOATS)}, which are not quantized"
            )
        matched[name] = stored
    adapter = next((name for name in found if ".lora_" in name), None)
    if adapter is not None:
        raise CheckpointError(f"{model} holds the adapter {short(adapter)}; merge it first: model.merge_and_unload()")
    return matched


def read_weights(matched: Mapping[str, Stored], model: Model) -> dict[str, torch.Tensor]:
    """Read tensors as float32, copied: a mapped file would change under the model.

    Raises:
        CheckpointError: a number is NaN or infinite, or a file cannot be read.
    """
    from safetensors import safe_open

    weights: dict[str, torch.Tensor] = {}
    for file in dict.fromkeys(stored.file for stored in matched.values()):
        with _safetensors(file), safe_open(file, framework="pt") as content:
            for name, stored in matched.items():
                if stored.file == file:
                    weights[name] = content.get_tensor(stored.name).to(torch.float32, copy=True)
    for name, tensor in weights.items():
        finite = torch.isfinite(tensor)
        if not finite.all():
            bad = tensor[~finite]
            raise CheckpointError(
                f"{model} has {len(bad)} of {tensor.numel()} numbers of {name} not finite, the first {bad[0].item()}; "
                "training went wrong, or a conversion to 16 bits overflowed: take an earlier checkpoint"
            )
    return weights


def _read_header(file: Path) -> dict[str, Stored]:
    from safetensors import safe_open

    try:
        with file.open("rb") as stream:
            start = stream.read(512)
    except OSError as error:
        raise CheckpointError(f"cannot read {file}: {error.strerror}") from error
    if is_lfs_pointer(start):
        raise lfs_pointer(file)
    if (foreign := describe_foreign(start)) is not None:
        raise CheckpointError(f"{file} is {foreign}")
    headers = {}
    with _safetensors(file), safe_open(file, framework="pt") as content:
        for name in content.keys():  # noqa: SIM118  # it is no dict
            tensor = content.get_slice(name)
            headers[name] = Stored(file, name, tuple(tensor.get_shape()), tensor.get_dtype())
    return headers


@contextmanager
def _safetensors(file: Path) -> Iterator[None]:
    from safetensors import SafetensorError

    try:
        yield
    except OSError as error:
        raise CheckpointError(f"cannot read {file}: {error.strerror or error}") from error
    except (SafetensorError, ValueError, TypeError, RuntimeError) as error:
        reason = " ".join(str(error).split())[:300]
        raise CheckpointError(
            f"{file} is no whole safetensors file ({reason}); download it again, or save it again"
        ) from error


def _shard(model: Model, index: Path, file: str) -> Path:
    if not file or file in (".", "..") or re.search(r"[/\\\0]", file):
        raise CheckpointError(f"{index} lists the file {short(file)}; expected a name without directories")
    found = find_file(model, file)
    if found is None:
        raise CheckpointError(f"{index} lists {short(file)}, which is not there; download it, or save the model again")
    return found


def _no_weights(model: Model) -> CheckpointError:
    names = sorted(os.listdir(model)) if os.path.isdir(model) and os.access(model, os.R_OK) else []
    tensors = [name for name in names if name.endswith(".safetensors")]
    if "adapter_config.json" in names or "adapter_model.safetensors" in names:
        return CheckpointError(
            f"{model} holds an adapter alone; merge it into its model first: "
            "model.merge_and_unload().save_pretrained(directory)"
        )
    if tensors:
        return CheckpointError(f"{model} holds {', '.join(map(short, tensors[:4]))}; expected {WEIGHTS}")
    pickled = [name for name in names if name.endswith(".bin")] + [name for name in names if name.endswith(".pt")]
    if pickled:
        return CheckpointError(
            f"{model} holds only pickled weights ({', '.join(pickled)}), which can run code when read; "
            "save it again with model.save_pretrained(directory, safe_serialization=True)"
        )
    return CheckpointError(f"{model} holds no weights; expected {WEIGHTS}")


def _without_prefix(found: Mapping[str, Stored]) -> dict[str, str]:
    """Names less the modules that all begin with, such as DataParallel's `module.`; what the file calls each."""
    common = os.path.commonprefix(list(found)).rpartition(".")[0]
    return {name[len(common) + 1 :] if common else name: name for name in found}


def _named_as(wanted: Mapping[str, object], names: Mapping[str, str], family: Family, model: Model) -> dict[str, str]:
    """Of the names that are wanted, what the file calls each; an encoder alone is saved without its model's name."""
    matched: dict[str, str] = {}
    for name, stored in names.items():
        modern = name.replace("LayerNorm.gamma", "LayerNorm.weight").replace("LayerNorm.beta", "LayerNorm.bias")
        target = modern if modern in wanted else f"{family.base}.{modern}"
        if target in wanted and matched.setdefault(target, stored) != stored:
            raise CheckpointError(
                f"{model} holds both {short(matched[target])} and {short(stored)}; expected one of them"
            )
    return matched


def _lacking(
    lacking: list[str],
    found: Mapping[str, Stored],
    names: Mapping[str, str],
    wanted: Mapping[str, object],
    family: Family,
    model: Model,
) -> CheckpointError:
    others = ", ".join(map(short, sorted(set(found) - set(names.values()))[:2]))
    if not any(name in names for name in wanted if not name.startswith(family.head)):
        first = next(iter(wanted))
        near = next((name for name in found if name.endswith("." + first)), None)
        fix = f"take {short(near.removesuffix(first))} off all names" if near else "its config.json is of another model"
        return CheckpointError(f"{model} holds weights called {others or 'nothing'}; expected such as {first}: {fix}")
    kind = NoClassifierError if all(name.startswith(family.head) for name in lacking) else CheckpointError
    besides = f" (it has others, such as {others})" if others else ""
    return kind(
        f"{model} lacks the weights {', '.join(sorted(lacking)[:4])}{besides}; it is no complete classification "
        "checkpoint"
    )


def _another_shape(
    name: str, stored: Stored, expected: tuple[int, ...], family: Family, model: Model
) -> CheckpointError:
    if name.startswith(family.output) and stored.shape and stored.shape[1:] == expected[1:]:
        return CheckpointError(
            f"{model} has a classifier of {stored.shape[0]} outputs, and its config.json names {expected[0]} labels; "
            f"give id2label {stored.shape[0]} names"
        )
    return CheckpointError(
        f"{model} has {name} of shape {stored.shape}, its config.json asks for {expected}; the two are not of one model"
    )
