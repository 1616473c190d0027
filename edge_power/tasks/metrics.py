"""How well a model does, as the tasks' own metrics: pure functions of what was predicted and what is true."""

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from edge_power.model.config import Task
from edge_power_runtime.errors import InputError


def compute_metrics(
    task: Task, predictions: Sequence[float], references: Sequence[float], num_labels: int
) -> dict[str, float]:
    """Compare predictions with the truth.

    Where a metric is undefined, such as a correlation with predictions that never vary, it is 0: they tell nothing.

    Args:
        task: classification or regression.
        predictions: the label's id, or the value, of each example.
        references: the truth, one for each prediction.
        num_labels: that the model tells apart; 2 makes a classification binary.

    Returns:
        For classification `accuracy`, `matthews`, and `f1` of label 1 where there are two labels, otherwise `f1_macro`,
        the plain mean over the labels that occur among predictions or references. For regression `pearson` and
        `spearman`.

    Raises:
        InputError: there is nothing to compare, the numbers of both differ, or one of them is not finite.
    """
    predicted, true = np.asarray(predictions, dtype=np.float64), np.asarray(references, dtype=np.float64)
    if predicted.shape != true.shape or predicted.ndim != 1 or not predicted.size:
        raise InputError(f"metrics compare two lists of the same length, found {predicted.shape} and {true.shape}")
    if not (np.isfinite(predicted).all() and np.isfinite(true).all()):
        raise InputError("metrics compare finite numbers, found an infinity or NaN; verify the bundle and the data")
    if task == "regression":
        return _regression(predicted, true)
    return _classification(predicted.astype(np.int64), true.astype(np.int64), binary=num_labels == 2)


def _classification(predicted: np.ndarray, true: np.ndarray, *, binary: bool) -> dict[str, float]:
    from sklearn.metrics import accuracy_score, f1_score, matthews_corrcoef

    name, average = ("f1", "binary") if binary else ("f1_macro", "macro")
    return {
        "accuracy": float(accuracy_score(true, predicted)),
        name: float(f1_score(true, predicted, average=average, pos_label=1, zero_division=0.0)),
        # scikit-learn gives 0 for a constant as well, and warns where both are the same one.
        "matthews": float(matthews_corrcoef(true, predicted)) if _vary(true, predicted) else 0.0,
    }


def _regression(predicted: np.ndarray, true: np.ndarray) -> dict[str, float]:
    from scipy.stats import pearsonr, spearmanr

    return {"pearson": _correlation(pearsonr, predicted, true), "spearman": _correlation(spearmanr, predicted, true)}


def _correlation(function: Callable[..., Any], predicted: np.ndarray, true: np.ndarray) -> float:
    if not _vary(predicted, true):
        return 0.0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # scipy warns of values that hardly vary; the figure stands all the same
        value = float(function(predicted, true).statistic)
    return value if np.isfinite(value) else 0.0


def _vary(*series: np.ndarray) -> bool:
    return all(np.ptp(values) > 0 for values in series)
