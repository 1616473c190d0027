"""How sure a tier is of its answer: the largest probability, at the tier's temperature."""

from math import exp

from edge_power_runtime.prediction import Prediction


def confidence(prediction: Prediction, temperature: float) -> float:
    """Give the largest probability of softmax(logits / temperature) (Guo et al., arXiv:1706.04599).

    It is 1 / sum_j e^((x_j - m) / T), with m the largest logit: nothing can overflow. A temperature of 1 gives the
    prediction's own score, and so does a prediction without logits.

    Args:
        prediction: of a classification.
        temperature: T, above 0.
    """
    logits = prediction.logits
    if temperature == 1.0 or not logits:
        return prediction.score
    largest = max(logits)
    return 1.0 / sum([exp((logit - largest) / temperature) for logit in logits])
