"""A task in config.json: what transformers calls `problem_type`, both ways."""

from edge_power.errors import CheckpointError
from edge_power_runtime.tasks import TaskName

PROBLEM_TYPES: dict[TaskName, str] = {
    "classification": "single_label_classification",
    "regression": "regression",
    "multi_label_classification": "multi_label_classification",
}


def task_of(problem_type: str | None, num_labels: int) -> TaskName:
    """Tell the task of a checkpoint; one output is a regression's value, whatever it is called.

    Args:
        problem_type: one of PROBLEM_TYPES; None where config.json does not say.
        num_labels: outputs, at least 1.

    Raises:
        CheckpointError: a task cannot have so many outputs; the message says it without the model's name.
    """
    if problem_type == PROBLEM_TYPES["multi_label_classification"]:
        if num_labels == 1:
            raise CheckpointError(
                "is a multi-label classifier of one label; expected two or more: remove problem_type from config.json "
                "to read its one output as a value, or train a classifier of two labels"
            )
        return "multi_label_classification"
    if num_labels == 1:
        return "regression"
    if problem_type == PROBLEM_TYPES["regression"]:
        raise CheckpointError(f"regresses {num_labels} values; supported: one")
    return "classification"
