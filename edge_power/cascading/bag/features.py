"""What a bag tier sees of texts, as a sparse matrix: a column for each known piece, then one for each bucket."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from edge_power.errors import OptionError
from edge_power_runtime.cascade.bag import hash_pairs
from edge_power_runtime.text import EncodedText

# A pair that training never met should find an empty bucket, and not what another pair means: of 8 buckets a pair, 7
# are empty. SST-2, whose training set is phrases and whose dev set sentences, has 0.778 with 2, 0.796 with 4 or more.
_BUCKETS_A_PAIR = 8

# What the file holds besides: its header, and what rows cost beyond their labels.
_HEADER_BYTES = 1024


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Which columns there are.

    Attributes:
        pieces: the column of each token id, int32 (vocabulary,), or -1.
        known: how many pieces have a column.
        buckets: of pairs.
    """

    pieces: np.ndarray
    known: int
    buckets: int


def layout(texts: Sequence[EncodedText], *, vocabulary: int, labels: int, max_bytes: int) -> Layout:
    """Give a column to each piece that is there, and to pairs what room is left.

    Args:
        texts: to train on, at least one.
        vocabulary: one more than the largest token id that there can be.
        labels: how many.
        max_bytes: of the file.

    Raises:
        OptionError: there is no room for the pieces.
    """
    used = np.unique(np.concatenate([np.asarray(text.ids) for text in texts]))
    pieces = np.full(vocabulary, -1, dtype=np.int32)
    pieces[used] = np.arange(used.size)
    fixed = _HEADER_BYTES + pieces.nbytes + 8 * labels
    room = (max_bytes - fixed) // (labels + 1) - used.size  # a row is a byte for each label, and its shift
    if room < 1:
        needed = (fixed + (used.size + 1) * (labels + 1)) / 1e6
        raise OptionError(
            f"`bag_mb` is {max_bytes / 1e6:g}, and a vocabulary of {vocabulary} with {used.size} pieces for {labels} "
            f"labels needs at least {needed:.1f}"
        )
    pairs = np.unique(np.concatenate([hash_pairs(np.array(text.ids, dtype=np.uint32)) for text in texts])).size
    return Layout(pieces, used.size, int(max(1, min(room, _BUCKETS_A_PAIR * pairs))))


def matrix(texts: Sequence[EncodedText], columns: Layout) -> csr_matrix:
    """Count each column's pieces or pairs in each text, over the square root of how many the text has.

    Returns:
        float32 (texts, columns); what has no column counts in the root alone, as the runtime does it.
    """
    found, ends = [], [0]
    for text in texts:
        ids = np.array(text.ids, dtype=np.uint32)
        pieces = columns.pieces[ids]
        buckets = columns.known + (hash_pairs(ids) % np.uint32(columns.buckets)).astype(np.int64)
        found.append(np.concatenate([pieces[pieces >= 0], buckets]))
        ends.append(ends[-1] + found[-1].size)
    sizes = np.array([2 * text.num_tokens - 1 for text in texts])
    values = np.repeat(1 / np.sqrt(sizes), np.diff(ends)).astype(np.float32)
    shape = (len(texts), columns.known + columns.buckets)
    made = csr_matrix((values, np.concatenate(found), np.array(ends)), shape=shape)
    made.sum_duplicates()
    return made
