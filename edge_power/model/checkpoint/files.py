"""The files of a checkpoint, in a directory or under a name on the hub; only regular files are opened."""

import json
import os
import re
import reprlib
import shlex
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import Any

from edge_power.errors import CheckpointError
from edge_power_runtime.reading.jsonnode import refuse_constant, repeated_key
from edge_power_runtime.system.native_output import hushed

Model = str | PathLike[str]  # a directory, or a name on the hub

WEIGHTS, WEIGHTS_INDEX = "model.safetensors", "model.safetensors.index.json"

# The largest config.json and index that are read. 100,000 labels with long names are some 5 MB.
_LARGEST_JSON = 32 * 2**20
_LFS = b"version https://git-lfs.github.com/spec/"


def check_directory(model: Model) -> None:
    """Answer what is wrong with a directory before anything in it is read.

    Raises:
        CheckpointError: `model` is a path, and no directory that holds config.json and weights.
    """
    path = Path(model)
    kind = _kind(path)
    if kind is None:
        if str(model).startswith((".", "/", "~")) or len(path.parts) > 2:
            raise CheckpointError(f"no model directory at {model}; give a directory that holds config.json")
        return
    if kind != "a directory":
        raise CheckpointError(f"{model} is {kind}; give the directory that holds config.json and model.safetensors")
    if find_file(model, "config.json") is None:
        raise CheckpointError(f"{model} holds no config.json; give a directory written by save_pretrained")


def find_file(model: Model, name: str) -> Path | None:
    """Find a regular file of a checkpoint, a hub's in the cache, where it is downloaded to.

    Args:
        model: see `Model`.
        name: relative to the checkpoint, such as config.json.

    Returns:
        Where it is, links not followed; None where there is none.

    Raises:
        CheckpointError: what bears the name is no file that can be read, or the hub has no such model.
    """
    if not os.path.isdir(model):
        return _find_on_hub(model, name)
    path = Path(model) / name
    kind = _kind(path)
    if kind not in (None, "a file"):
        raise CheckpointError(f"{path} is {kind}; expected a file")
    return None if kind is None else path


def read_json(path: Path) -> dict[str, Any]:
    """Read an object, strictly: no NaN or Infinity, no key twice, whatever transformers would make of these.

    Raises:
        CheckpointError: it is none, or not to be read.
    """
    try:
        size = path.stat().st_size
        if size > _LARGEST_JSON:
            raise CheckpointError(f"{path} has {size:,} bytes; such a file has a few thousand")
        data = path.read_bytes()
    except OSError as error:
        raise CheckpointError(f"cannot read {path}: {error.strerror or error}") from error
    if data.startswith(_LFS):
        raise lfs_pointer(path)
    try:
        content = json.loads(data.decode("utf-8"), parse_constant=refuse_constant, object_pairs_hook=unique_keys)
    except RecursionError as error:
        raise CheckpointError(f"{path} is nested too deep to be read") from error
    except ValueError as error:
        found = "empty" if not data.strip() else f"not valid JSON in UTF-8: {error}"
        raise CheckpointError(f"{path} is {found}") from error
    if not isinstance(content, dict):
        raise CheckpointError(f"{path} holds a {type(content).__name__}; expected an object such as {{...}}")
    return content


def unique_keys(members: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse an object with a key twice, as the hook `object_pairs_hook` of Python's parser.

    Raises:
        ValueError: it has one.
    """
    if (key := repeated_key(members)) is not None:
        raise ValueError(f"the key {short(key)} is there twice")
    return dict(members)


def short(value: object) -> str:
    """A value as a file has it, escaped and of bounded length, for messages."""
    shown = reprlib.Repr()
    shown.maxstring = shown.maxother = 90
    return shown.repr(value)


def lfs_pointer(path: Path) -> CheckpointError:
    """The error for a file whose content git-lfs has not fetched yet."""
    fix = f"git -C {shlex.quote(str(path.parent))} lfs pull"
    return CheckpointError(f"{path} is a pointer of git-lfs and not the file itself; fetch it: {fix}")


def describe_foreign(start: bytes) -> str | None:
    """What a file is that begins with `start` and that somebody called model.safetensors; None where it may be it."""
    if not start:
        return "empty"
    if start[8:9] == b"{":  # after the header's length, whose bytes may be anything
        return None
    if start.lstrip()[:1] == b"<":
        return "a web page; download the file itself"
    if start.startswith(b"PK\3\4"):
        return "a zip archive, as PyTorch's pickles are; save the model again with model.save_pretrained(directory)"
    if start.startswith(b"\x80"):
        return "a pickle; save the model again with model.save_pretrained(directory)"
    return None


def is_lfs_pointer(start: bytes) -> bool:
    """Whether a file that begins with `start` stands for one that git-lfs keeps elsewhere."""
    return start.startswith(_LFS)


@contextmanager
def reading(model: Model) -> Iterator[None]:
    """Name the model in what goes wrong; what transformers imports on the way (torchao) prints warnings of its own."""
    from huggingface_hub.errors import StrictDataclassError

    # What transformers raises depends on where in its code a value of config.json is first used.
    foreign = (OSError, ValueError, TypeError, AttributeError, RecursionError, StrictDataclassError)
    try:
        with hushed():
            yield
    except foreign as error:
        raise CheckpointError(f"cannot read the model {str(model)!r}: {_in_one_line(error)}") from error


def _find_on_hub(model: Model, name: str) -> Path | None:
    with reading(model):
        from transformers.utils.hub import cached_file

        found = cached_file(
            str(model),
            name,
            # Every model has a config.json. Others may be absent, and offline nothing tells that from not downloaded.
            _raise_exceptions_for_missing_entries=name == "config.json",
            _raise_exceptions_for_connection_errors=name == "config.json",
        )
    return None if found is None else Path(found)


def _kind(path: Path) -> str | None:
    """What is there, in words; None where there is nothing."""
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return "a link to nothing" if path.is_symlink() else None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise CheckpointError(f"cannot read {str(path)!r}: {reason}") from error
    if stat.S_ISREG(mode):
        return "a file"
    return "a directory" if stat.S_ISDIR(mode) else "a device or pipe"


def _in_one_line(error: Exception) -> str:
    line = " ".join(str(error).split())[:300] or type(error).__name__
    return re.sub(r"^Validation error for field '\w+': \w+: ", "", line)  # which names the field again
