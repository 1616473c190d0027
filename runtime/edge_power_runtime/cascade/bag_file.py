"""A bag tier's file: five tensors in the safetensors format, read with numpy and json alone; BUNDLE.md specifies it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn

import numpy as np

from edge_power_runtime.errors import BundleError
from edge_power_runtime.reading.jsonnode import Node, parse

BAG_FORMAT, BAG_VERSION = "edge-power bag", "1"

FILE_BYTES = 4 * 2**20
HEADER_BYTES = 64 * 2**10
LARGEST_SHIFT = 15

# Of each tensor, in the order of the file: safetensors' name of its type, numpy's, and how many dimensions it has.
TENSORS: Mapping[str, tuple[str, str, int]] = {
    "pieces": ("I32", "<i4", 1),
    "scale": ("F32", "<f4", 1),
    "bias": ("F32", "<f4", 1),
    "rows": ("I8", "<i1", 2),
    "shifts": ("U8", "<u1", 1),
}


@dataclass(frozen=True, slots=True, eq=False)
class BagTable:
    """What a bag tier looks up.

    Attributes:
        pieces: int32 (vocabulary,), the row of each token id, or -1 where it has none.
        scale: float32 (labels,), what 1 in a row of `rows` adds to a logit, before the length of the text is taken out.
        bias: float32 (labels,), the logits of a text of which nothing is known.
        rows: int8 (pieces with a row + buckets, labels): first those of pieces, then those of hashed pairs.
        shifts: uint8 (rows,), 0 to 15: a row counts as `row << shift`.
        buckets: how many of the rows are those of pairs, at least 1.
    """

    pieces: np.ndarray
    scale: np.ndarray
    bias: np.ndarray
    rows: np.ndarray
    shifts: np.ndarray
    buckets: int

    @property
    def first_bucket(self) -> int:
        """The row of bucket 0, which is the number of pieces' rows."""
        return int(self.rows.shape[0]) - self.buckets


def read_bag(data: bytes, name: str) -> BagTable:
    """Read a bag tier's file and check all of it.

    Args:
        data: the content.
        name: the file's, for messages.

    Raises:
        BundleError: it is no such file, or its tensors do not fit each other; the message says which, in one line.
    """
    if len(data) > FILE_BYTES:
        raise BundleError(f"{name} has {len(data)} bytes, must be at most {FILE_BYTES}")
    header, body = _split(data, name)
    metadata = header.field("__metadata__")
    if metadata.field("format").value != BAG_FORMAT or metadata.field("version").value != BAG_VERSION:
        metadata.fail(f'of format "{BAG_FORMAT}" and version "{BAG_VERSION}", the one that this runtime reads')
    unknown = header.entries().keys() - TENSORS.keys() - {"__metadata__"}
    if unknown:
        header.fail(f"of the tensors {', '.join(TENSORS)} alone, without {sorted(unknown)[0]!r}")
    arrays = _arrays(header, body)
    table = BagTable(**arrays, buckets=_buckets(metadata))
    _check_fit(table, name)
    return table


def _split(data: bytes, name: str) -> tuple[Node, bytes]:
    """Part the JSON header from the bytes that it describes."""
    size = int.from_bytes(data[:8], "little")
    if len(data) < 8 or not 2 <= size <= min(HEADER_BYTES, len(data) - 8):
        raise BundleError(
            f"{name} is no safetensors file of a bag tier: its header has {size} bytes, must have 2 to {HEADER_BYTES} "
            f"of the file's {len(data)}"
        )
    return parse(data[8 : 8 + size], f"the header of {name}"), data[8 + size :]


def _buckets(metadata: Node) -> int:
    node = metadata.field("buckets")
    typed = node.text(most=10)
    if not typed.isascii() or not typed.isdecimal() or not 1 <= int(typed) <= FILE_BYTES:
        node.fail(f"a whole number in 1..{FILE_BYTES}, as a string")
    return int(typed)


def _arrays(header: Node, body: bytes) -> dict[str, np.ndarray]:
    """Cut the body into tensors, which must lie in it without gaps."""
    places = {name: _place(header.field(name), len(body)) for name in TENSORS}
    end = 0
    for name, (start, stop) in sorted(places.items(), key=lambda item: item[1]):
        if start != end:
            header.field(name).field("data_offsets").fail(f"a range that begins at {end}, where the one before ends")
        end = stop
    if end != len(body):
        raise BundleError(f"{header.document} describes {end} bytes of tensors, the file has {len(body)}")
    return {name: _array(header.field(name), name, body[slice(*places[name])]) for name in TENSORS}


def _place(node: Node, size: int) -> tuple[int, int]:
    offsets = [item.integer(maximum=size) for item in node.field("data_offsets").items(most=2)]
    if len(offsets) != 2 or offsets[0] > offsets[1]:
        node.field("data_offsets").fail("a beginning and an end that is not before it")
    return offsets[0], offsets[1]


def _array(node: Node, name: str, data: bytes) -> np.ndarray:
    kind, dtype, dimensions = TENSORS[name]
    node.field("dtype").choice([kind])
    shape = tuple(item.integer(minimum=1, maximum=FILE_BYTES) for item in node.field("shape").items(most=dimensions))
    if len(shape) != dimensions:
        node.field("shape").fail(f"{dimensions} sizes")
    wanted = np.dtype(dtype).itemsize * int(np.prod(shape, dtype=np.int64))
    if wanted != len(data):
        node.field("shape").fail(f"as large as its data_offsets, which hold {len(data)} bytes and not {wanted}")
    return np.frombuffer(data, dtype=dtype).reshape(shape)


def _check_fit(table: BagTable, name: str) -> None:
    """Check what no tensor can tell by itself."""

    def refuse(found: str) -> NoReturn:
        raise BundleError(f"{name} does not fit together: {found}; train the bag tier again, or copy the bundle again")

    count, labels = table.rows.shape
    if labels < 2:
        refuse(f"its rows have {labels} label, must have at least 2")
    for title, values in (("scale", table.scale), ("bias", table.bias)):
        if values.shape != (labels,):
            refuse(f"{title} has {values.size} values, its rows have {labels}")
        if not np.isfinite(values).all():
            refuse(f"{title} has values that are not finite")
    if table.shifts.shape != (count,):
        refuse(f"it has {table.shifts.size} shifts for {count} rows")
    if table.shifts.max() > LARGEST_SHIFT:
        refuse(f"a shift is {table.shifts.max()}, must be at most {LARGEST_SHIFT}")
    if table.buckets >= count:
        refuse(f"it has {table.buckets} buckets and {count} rows, must have some for pieces")
    if table.pieces.min() < -1 or table.pieces.max() >= table.first_bucket:
        refuse(f"a piece has a row outside 0..{table.first_bucket - 1}")
