"""Labelled text: from files and data sets, row by row, and what its labels mean."""

from edge_power.data.columns import COUPLES, LABEL_COLUMNS, PAIR_COLUMNS, TEXT_COLUMNS, USUAL_COLUMNS, Columns
from edge_power.data.example import DataError, Example, Label
from edge_power.data.labels import infer_labels, label_ids, label_sets, label_values, labels_from
from edge_power.data.source import Kept, Source, count_rows, keep, read_examples, read_source, source_labels

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
    "Label",
    "Source",
    "count_rows",
    "infer_labels",
    "keep",
    "label_ids",
    "label_sets",
    "label_values",
    "labels_from",
    "read_examples",
    "read_source",
    "source_labels",
]
