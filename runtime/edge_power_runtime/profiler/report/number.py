"""A number of a report that is not whole, within bounds."""

from typing import Annotated

from edge_power_runtime.reading.jsonnode import Node

LARGEST = 1e15
"""Sums and squares of such numbers stay finite. In ms, it is 30,000 years."""


def _read_number(node: Node) -> float:
    value = node.number()
    if abs(value) > LARGEST:
        node.fail(f"a number within {LARGEST:g}")
    return value


Number = Annotated[float, _read_number]
