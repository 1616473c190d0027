"""Lists of a manifest in which nothing may stand twice."""

from collections import Counter
from collections.abc import Iterable

from edge_power_runtime.reading.jsonnode import Node


def check_unique(values: Iterable[object], node: Node, what: str) -> None:
    """Check that no two of `values`, which `node` has, are equal.

    Raises:
        BundleError: two are; the message calls them `what`.
    """
    for value, count in Counter(values).items():
        if count > 1:
            node.fail(f"a list without repeated {what} (here {value!r})")
