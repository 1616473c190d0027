"""Weights as int8 that no processor's products can saturate."""

import numpy as np

# x86 processors without VNNI multiply two neighbours of a column at once, activations u8 and weights s8, and add both
# products in 16 bits that saturate (`vpmaddubsw`, Intel SDM vol. 2). 255 * 128 = 32640 is the last multiple that fits.
PAIR_LIMIT = 128
STEPS = 127


def round_weights(weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Round each column to int8 by the finest scale at which no pair of products saturates.

    Few pairs are as large as two single weights may be, so the steps are finer than the 7 bits that are safe for all.

    Args:
        weight: float32 (inputs, outputs), as in x @ weight.

    Returns:
        int8 (inputs, outputs), and float32 (outputs,) that it is multiplied by.
    """
    exact = weight.astype(np.float64)
    scale = np.maximum(pair_sums(exact) / PAIR_LIMIT, np.abs(exact).max(axis=0) / STEPS)
    scale[scale == 0] = 1.0
    # To float32 and back, as the engine has it; rounding may lift a pair by one step, so that its column is rescaled.
    scale = scale.astype(np.float32)
    rounded = np.rint(exact / scale)
    while (over := pair_sums(rounded) > PAIR_LIMIT).any():
        scale[over] *= np.float32(1 + 1 / (2 * PAIR_LIMIT))
        rounded[:, over] = np.rint(exact[:, over] / scale[over])
    return np.clip(rounded, -STEPS, STEPS).astype(np.int8), scale


def pair_sums(weight: np.ndarray) -> np.ndarray:
    """The largest sum of one sign that two neighbours of a column reach, (inputs, outputs) to (outputs,).

    Neighbours are rows 0 and 1, 2 and 3 and so on, as kernels pair them.
    """
    rows, columns = weight.shape
    padded = np.concatenate([weight, np.zeros((rows % 2, columns), weight.dtype)])
    pairs = padded.reshape(-1, 2, columns).astype(np.float64)
    above, below = np.clip(pairs, 0, None).sum(axis=1), np.clip(-pairs, 0, None).sum(axis=1)
    largest: np.ndarray = np.maximum(above, below).max(axis=0)
    return largest


def round_rows(table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Round each row of a table to int8 by a scale of its own.

    Args:
        table: float32 (rows, size).

    Returns:
        int8 (rows, size), and float32 (rows,) that it is multiplied by.
    """
    scale = np.abs(table).max(axis=1) / np.float32(STEPS)
    scale[scale == 0] = 1.0
    return np.rint(table / scale[:, None]).astype(np.int8), scale
