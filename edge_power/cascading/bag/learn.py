"""Learns a bag tier's rows: multinomial logistic regression on its features, on labels and a second tier's answers."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from scipy.sparse import csr_matrix
from torch.nn import functional

# Chosen on banking77, AG-News and SST-2; docs/log/cascade.md has what was tried. So many steps serve few texts and many
# alike; more passes over the many learn phrases by heart.
_STEPS, _FEWEST_EPOCHS, _BATCH = 700, 3, 256
_RATE = 0.04
# Of a text's features, so many are left out of each step: a label is not left to one of them alone.
_LEFT_OUT = 0.3


@dataclass(frozen=True, slots=True, eq=False)
class Learned:
    """What was learned.

    Attributes:
        rows: float32 (columns, labels), what a column adds to each logit.
        bias: float32 (labels,).
    """

    rows: np.ndarray
    bias: np.ndarray


def learn(
    features: csr_matrix, targets: np.ndarray, *, seed: int, progress: Callable[[int], None] = lambda steps: None
) -> Learned:
    """Learn rows by Adam (Kingma and Ba, arXiv:1412.6980) with a rate that falls to 0; the same for the same seed.

    Columns count more the rarer they are, as in TF-IDF: with weights of one size the commonest pieces, such as [CLS],
    would be learned first. The factor becomes part of the row, so a device knows nothing of it.

    Args:
        features: see `matrix`.
        targets: float (texts, labels), a distribution for each text.
        seed: of the order and of what is left out.
        progress: is told of steps that were done.
    """
    seen = np.asarray((features > 0).sum(axis=0)).ravel()
    used = np.flatnonzero(seen)  # others stay 0, and would cost a step as much
    weight = np.log((1 + len(targets)) / (1 + seen[used])) + 1
    weight = (weight / np.median(weight)).astype(np.float32)
    compact = features[:, used].tocsr()
    compact.data *= weight[compact.indices]
    with _one_thread():
        rows, bias = _descend(compact, torch.from_numpy(targets.astype(np.float32)), seed, progress)
    whole = np.zeros((features.shape[1], targets.shape[1]), dtype=np.float32)
    whole[used] = rows * weight[:, None]
    return Learned(whole, bias)


def planned_steps(texts: int) -> int:
    """How many steps `learn` takes for so many texts."""
    each = -(-texts // _BATCH)
    return each * max(_FEWEST_EPOCHS, -(-_STEPS // each))


@contextmanager
def _one_thread() -> Iterator[None]:
    """Use one thread for a while: steps are too small for more, and so sums are added up in the same order anywhere."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _descend(
    features: csr_matrix, targets: torch.Tensor, seed: int, progress: Callable[[int], None]
) -> tuple[np.ndarray, np.ndarray]:
    random = torch.Generator().manual_seed(seed)
    rows = torch.zeros(features.shape[1], targets.shape[1], requires_grad=True)
    bias = torch.zeros(targets.shape[1], requires_grad=True)
    optimiser = torch.optim.Adam([rows, bias], lr=_RATE)
    steps = planned_steps(len(targets))
    falling = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: 1 - step / steps)
    done = 0
    while done < steps:
        for batch in torch.randperm(len(targets), generator=random).split(_BATCH):
            part = features[batch.numpy()]
            kept = (torch.rand(part.data.size, generator=random) >= _LEFT_OUT) / (1 - _LEFT_OUT)
            logits = bias + functional.embedding_bag(
                torch.from_numpy(part.indices.astype(np.int64)),
                rows,
                torch.from_numpy(part.indptr[:-1].astype(np.int64)),
                mode="sum",
                per_sample_weights=torch.from_numpy(part.data) * kept,
            )
            optimiser.zero_grad()
            functional.cross_entropy(logits, targets[batch]).backward()
            optimiser.step()
            falling.step()
            done += 1
            progress(1)
    return rows.detach().numpy(), bias.detach().numpy()
