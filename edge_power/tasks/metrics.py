"""How well a model does, as the tasks' own metrics: pure functions of what was predicted and what is true.

Where a metric is undefined, such as a correlation with predictions that never vary, it is 0: they tell nothing.
"""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from edge_power_runtime.errors import InputError

REGRESSION_NAMES = ("pearson", "spearman")
MULTI_LABEL_NAMES = ("f1_micro", "f1_macro", "ranking_precision", "exact_match")


def classification_names(num_labels: int) -> tuple[str, ...]:
    """The metrics of `classification_metrics`."""
    return ("accuracy", "f1" if num_labels == 2 else "f1_macro", "matthews")


def classification_metrics(predicted: np.ndarray, true: np.ndarray, num_labels: int) -> dict[str, float]:
    """Compare labels with the truth.

    Args:
        predicted: the label's id of each text, whole numbers (texts,).
        true: likewise.
        num_labels: that the model tells apart; 2 makes it binary.

    Returns:
        `accuracy`, `matthews`, and `f1` of label 1 where there are two labels, otherwise `f1_macro`, the plain mean
        over the labels that occur among predictions or references.

    Raises:
        InputError: there is nothing to compare, or the numbers of both differ.
    """
    from sklearn.metrics import accuracy_score, f1_score, matthews_corrcoef

    _check(predicted, true)
    average = "binary" if num_labels == 2 else "macro"
    values = (
        float(accuracy_score(true, predicted)),
        float(f1_score(true, predicted, average=average, pos_label=1, zero_division=0.0)),
        # scikit-learn gives 0 for a constant as well, and warns where both are the same one.
        float(matthews_corrcoef(true, predicted)) if _vary(true, predicted) else 0.0,
    )
    return dict(zip(classification_names(num_labels), values, strict=True))


def regression_metrics(predicted: np.ndarray, true: np.ndarray) -> dict[str, float]:
    """Correlate values with the truth.

    Args:
        predicted: the value of each text, float (texts,).
        true: likewise.

    Returns:
        `pearson` and `spearman`.

    Raises:
        InputError: there is nothing to compare, the numbers of both differ, or one of them is not finite.
    """
    from scipy.stats import pearsonr, spearmanr

    predicted, true = predicted.astype(np.float64), true.astype(np.float64)
    _check(predicted, true)
    values = (_correlation(function, predicted, true) for function in (pearsonr, spearmanr))
    return dict(zip(REGRESSION_NAMES, values, strict=True))


def multi_label_metrics(logits: np.ndarray, true: np.ndarray, predicted: np.ndarray) -> dict[str, float]:
    """Compare sets of labels with the truth.

    Args:
        logits: by which labels are ranked, float (texts, labels).
        true: whether a text has a label, bool (texts, labels); at least one of each text.
        predicted: whether the model says so.

    Returns:
        `f1_micro`, F1 over all texts and labels alike; `f1_macro`, the plain mean of F1 over the labels that occur
        among predictions or references; `ranking_precision`, label-ranking average precision: of the labels ranked at
        least as high as one that a text has, the share that it has as well, the mean over these labels and then over
        texts; `exact_match`, the share of texts whose labels are all told and no others.

    Raises:
        InputError: there is nothing to compare, the numbers of both differ, or one of them is not finite.
    """
    from sklearn.metrics import f1_score, label_ranking_average_precision_score

    for guessed in (logits, predicted):
        _check(guessed, true)
    occurring = np.flatnonzero((true | predicted).any(axis=0))
    values = (
        float(f1_score(true, predicted, average="micro", zero_division=0.0)),
        float(f1_score(true, predicted, average="macro", labels=occurring, zero_division=0.0)),
        float(label_ranking_average_precision_score(true, logits)),
        float((predicted == true).all(axis=1).mean()),
    )
    return dict(zip(MULTI_LABEL_NAMES, values, strict=True))


def _check(predicted: np.ndarray, true: np.ndarray) -> None:
    if predicted.shape != true.shape or not predicted.size:
        raise InputError(f"metrics compare two lists of the same length, found {predicted.shape} and {true.shape}")
    if not (np.isfinite(predicted).all() and np.isfinite(true).all()):
        raise InputError("metrics compare finite numbers, found an infinity or NaN; verify the bundle and the data")


def _correlation(function: Callable[..., Any], predicted: np.ndarray, true: np.ndarray) -> float:
    if not _vary(predicted, true):
        return 0.0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # scipy warns of values that hardly vary; the figure stands all the same
        value = float(function(predicted, true).statistic)
    return value if np.isfinite(value) else 0.0


def _vary(*series: np.ndarray) -> bool:
    return all(np.ptp(values) > 0 for values in series)
