"""A tier's temperature, so that its confidence is the chance that it is right (Guo et al., arXiv:1706.04599)."""

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

# Logarithms of the temperatures that are tried: a tier that is always right would ask for 0.
_RANGE = (np.log(0.05), np.log(20.0))


def fitted_temperature(logits: np.ndarray, truth: np.ndarray) -> float:
    """Find the temperature at which labels are likeliest (section 4.2 there).

    Args:
        logits: float (texts, labels).
        truth: ids of labels, int64 (texts,).
    """

    def loss(log_temperature: float) -> float:
        likely = log_softmax(logits / np.exp(log_temperature), axis=1)
        return -float(likely[np.arange(len(truth)), truth].mean())

    found = minimize_scalar(loss, bounds=_RANGE, method="bounded")
    return float(np.exp(found.x))


def confidences(logits: np.ndarray, temperature: float) -> np.ndarray:
    """The largest probability of softmax(logits / temperature), float64 (texts,), as the runtime computes it."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    confident: np.ndarray = 1 / np.exp(shifted / temperature).sum(axis=1)
    return confident
