"""Labelled text: from files and data sets, row by row, and what its labels mean."""

from edge_power.data.columns import COUPLES, LABEL_COLUMNS, PAIR_COLUMNS, TEXT_COLUMNS, USUAL_COLUMNS, Columns
from edge_power.data.example import DataError, Example
from edge_power.data.labels import label_ids, label_values, labels_from
from edge_power.data.source import Kept, Source, count_rows, keep, read_examples, read_source, source_labels
from edge_power.data.target import Target, infer_labels, infer_target, infer_task

__all__ = [
    "COUPLES",
    "LABEL_COLUMNS",
    "PAIR_COLUMNS",
    "TEXT_COLUMNS",
    "USUAL_COLUMNS",
    "Columns",
    "DataError",
    "Example",
    "Kept",
    "Source",
    "Target",
    "count_rows",
    "infer_labels",
    "infer_target",
    "infer_task",
    "keep",
    "label_ids",
    "label_values",
    "labels_from",
    "read_examples",
    "read_source",
    "source_labels",
]
