"""JSON documents with one value replaced: by what a reader must tell, or read as if it had stood there all the time."""

import json
from typing import Any

Place = tuple[str | int, ...]


def places(node: object) -> list[Place]:
    """Where a value stands in a document, at any depth."""
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [place for key, child in children for place in ((key,), *((key, *rest) for rest in places(child)))]


def mangled(text: str, place: Place, value: object) -> str:
    """A document with another value at one place."""
    root = json.loads(text)
    node = root
    for key in place[:-1]:
        node = node[key]
    node[place[-1]] = value
    return json.dumps(root)


def any_values(strategies: Any) -> Any:
    """Values of any kind, a few deep, by `hypothesis.strategies`."""
    st = strategies
    return st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
        max_leaves=4,
    )
