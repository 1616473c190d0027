"""Read JSON by hand and strictly: each value knows its place, so that an error names it."""

import json
import math
import reprlib
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar

from edge_power_runtime.errors import BundleError, SchemaVersionError

Option = TypeVar("Option", bound=str)

LARGEST_INTEGER = 2**63 - 1
LARGEST_INT32 = 2**31 - 1

# How messages write the largest numbers.
_POWERS = {LARGEST_INTEGER: "2^63-1", LARGEST_INT32: "2^31-1"}


@dataclass(frozen=True, slots=True)
class Node:
    """A JSON value and where it stands.

    Attributes:
        value: what the JSON parser gave.
        document: the file's name, such as bundle.json.
        where: the path inside it, such as artifacts[0].files[1].sha256; empty at the root.
    """

    value: object
    document: str
    where: str = ""

    def fail(self, expected: str) -> NoReturn:
        """Raise the BundleError that tells place, expectation and finding."""
        place = f"{self.document}: {self.where or 'the document'}"
        raise BundleError(f"{place} must be {expected}, found {reprlib.repr(self.value)}")

    def field(self, name: str) -> "Node":
        """Give the value under `name` of an object; keys that nobody asks for are ignored."""
        if not isinstance(self.value, dict):
            self.fail("an object")
        where = f"{self.where}.{name}" if self.where else name
        if name not in self.value:
            raise BundleError(f"{self.document}: {where} is missing")
        return Node(self.value[name], self.document, where)

    def optional(self, name: str) -> "Node | None":
        """Give the value under `name`, or None where it is null; the key itself must be there."""
        node = self.field(name)
        return None if node.value is None else node

    def later(self, name: str) -> "Node | None":
        """Give the value under `name`, or None where it is null or the key is missing: documents older than the key."""
        return self.optional(name) if isinstance(self.value, dict) and name in self.value else None

    def items(self, *, most: int | None = None) -> "tuple[Node, ...]":
        """Give the elements of an array, of `most` at the most."""
        if not isinstance(self.value, list):
            self.fail("an array")
        if most is not None and len(self.value) > most:
            self.fail(f"an array of at most {most} elements (this one has {len(self.value)})")
        return tuple(Node(item, self.document, f"{self.where}[{index}]") for index, item in enumerate(self.value))

    def entries(self) -> "dict[str, Node]":
        """Give the members of an object whose keys are data."""
        if not isinstance(self.value, dict):
            self.fail("an object")
        for key in self.value:
            Node(key, self.document, f"a key of {self.where}").text()
        return {key: Node(item, self.document, f"{self.where}.{key}") for key, item in self.value.items()}

    def text(self, *, most: int | None = None) -> str:
        """Give a string that UTF-8 can hold, of `most` characters at the most."""
        if not isinstance(self.value, str):
            self.fail("a string")
        if most is not None and len(self.value) > most:
            self.fail(f"a string of at most {most} characters (this one has {len(self.value)})")
        if not self.value.isascii() and any("\ud800" <= character <= "\udfff" for character in self.value):
            self.fail("a string without lone surrogates")
        return self.value

    def choice(self, options: Collection[Option]) -> Option:
        """Give a string that is one of `options`."""
        for option in options:
            if option == self.value:
                return option
        self.fail(f"one of {', '.join(options)}")

    def integer(self, minimum: int = 0, maximum: int = LARGEST_INTEGER) -> int:
        """Give a whole number in `minimum`..`maximum`, which is what fits 64 bits; true and 1.0 are none."""
        if isinstance(self.value, bool) or not isinstance(self.value, int):
            self.fail("a whole number")
        if not minimum <= self.value <= maximum:
            self.fail(f"a whole number in {minimum}..{_POWERS.get(maximum, maximum)}")
        return self.value

    def number(self) -> float:
        """Give a finite number as a float."""
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            self.fail("a number")
        if isinstance(self.value, int) and abs(self.value) > LARGEST_INTEGER or not math.isfinite(self.value):
            self.fail("a finite number within 64 bits")
        return float(self.value)

    def boolean(self) -> bool:
        """Give true or false."""
        if not isinstance(self.value, bool):
            self.fail("true or false")
        return self.value


def parse(data: bytes | str, document: str) -> Node:
    """Parse a JSON document.

    Args:
        data: UTF-8 bytes, or text.
        document: the file's name, for messages.

    Raises:
        BundleError: it is not UTF-8, not JSON (NaN and Infinity are none), nested too deep to parse, or an object has
            a key twice.
    """

    def refuse_repeated(members: list[tuple[str, object]]) -> dict[str, object]:
        # Parsers differ in which of two they take: what a reader in another language shows would not be what we run.
        if (key := repeated_key(members)) is not None:
            raise BundleError(f"{document} has the key {reprlib.repr(key)} twice in one object; give it once")
        return dict(members)

    try:
        text = data if isinstance(data, str) else data.decode("utf-8")
        value = json.loads(text, parse_constant=refuse_constant, object_pairs_hook=refuse_repeated)
        return Node(value, document)
    except RecursionError:
        raise BundleError(f"{document} is nested too deep to be read") from None
    except ValueError as error:
        raise BundleError(f"{document} is not valid JSON in UTF-8: {error}") from error


def parse_versioned(data: bytes | str, document: str, *, newest: int) -> Node:
    """Parse a document that says in `schema_version` how it is written.

    Args:
        data: UTF-8 bytes, or text.
        document: the file's name, for messages.
        newest: format that this runtime reads.

    Raises:
        SchemaVersionError: it is written in a newer format.
        BundleError: see `parse`; or there is no version.
    """
    node = parse(data, document)
    version = node.field("schema_version").integer(minimum=1)
    if version > newest:
        raise SchemaVersionError(
            f"{document} has schema_version {version}, this runtime reads up to {newest}; "
            "update edge-power-runtime: pip install --upgrade edge-power-runtime"
        )
    return node


def repeated_key(members: list[tuple[str, Any]]) -> str | None:
    """Find the first key that an object has twice, as the hook `object_pairs_hook` of Python's parser gives members."""
    counts = Counter(key for key, _ in members)
    return next((key for key, count in counts.items() if count > 1), None)


def refuse_constant(name: str) -> NoReturn:
    """Refuse NaN and Infinity, as the hook `parse_constant` of Python's parser.

    Raises:
        ValueError: always.
    """
    raise ValueError(f"{name} is not a JSON value")
