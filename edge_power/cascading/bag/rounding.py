"""Rounds learned rows to int8 with a shift each, and writes a bag tier's file."""

import json

import numpy as np

from edge_power.cascading.bag.features import Layout
from edge_power.cascading.bag.learn import Learned
from edge_power_runtime.cascade.bag_file import BAG_FORMAT, BAG_VERSION, LARGEST_SHIFT, TENSORS, BagTable

_LARGEST = 127


def rounded(columns: Layout, learned: Learned) -> BagTable:
    """Round each row to 8 bits of its own largest weight; only rows 2^15 times smaller than the largest lose more."""
    largest = np.abs(learned.rows).max(axis=1)
    unit = np.float32(max(float(largest.max()), 1e-6) / (_LARGEST * 2.0**LARGEST_SHIFT))
    with np.errstate(divide="ignore"):  # a row of zeros
        shifts = np.clip(np.ceil(np.log2(largest / (_LARGEST * float(unit)))), 0, LARGEST_SHIFT)
    steps = learned.rows / (float(unit) * np.exp2(shifts))[:, None]
    return BagTable(
        pieces=columns.pieces,
        scale=np.full(learned.bias.size, unit, dtype=np.float32),
        bias=learned.bias.astype(np.float32),
        rows=np.clip(np.rint(steps), -_LARGEST, _LARGEST).astype(np.int8),
        shifts=shifts.astype(np.uint8),
        buckets=columns.buckets,
    )


def to_bytes(table: BagTable) -> bytes:
    """Write a bag tier's file, which `read_bag` reads; the same bytes for the same table.

    The safetensors library is not used: it writes the metadata in another order at each call.
    """
    metadata = {"format": BAG_FORMAT, "version": BAG_VERSION, "buckets": str(table.buckets)}
    header: dict[str, object] = {"__metadata__": metadata}
    body = b""
    for name, (kind, dtype, _) in TENSORS.items():  # the widest first, so that each begins where its type may
        array = getattr(table, name)
        content = array.astype(dtype).tobytes()
        offsets = [len(body), len(body) + len(content)]
        header[name] = {"dtype": kind, "shape": list(array.shape), "data_offsets": offsets}
        body += content
    written = json.dumps(header).encode()
    written += b" " * (-len(written) % 8)  # the format's own readers map tensors where they lie
    return len(written).to_bytes(8, "little") + written + body
