"""HTML from values: text is escaped by its type, so that a page shows whatever a name or a label holds."""

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

# What HTML does not allow even as a reference, and half characters, which UTF-8 cannot write.
_NO_CHARACTER = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


class Html(str):
    """What is HTML already. Any other string is text, and `element` escapes it."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Attributes:
        title: its header.
        is_number: set to the right, in figures of one width.
    """

    title: str
    is_number: bool = False


def printable(text: str) -> str:
    """Replace what neither HTML nor SVG can hold by the replacement character."""
    return _NO_CHARACTER.sub("\N{REPLACEMENT CHARACTER}", text)


def element(tag: str, attributes: Mapping[str, str], *children: str) -> Html:
    """Make an element.

    Args:
        tag: such as `p`.
        attributes: values are escaped.
        children: Html as it is, other strings escaped.
    """
    opened = "".join(f' {name}="{_escape(value)}"' for name, value in attributes.items())
    return Html(f"<{tag}{opened}>{joined(*children)}</{tag}>")


def joined(*children: str) -> Html:
    """Put children in a row, escaped where they are text."""
    return Html("".join(child if isinstance(child, Html) else _escape(child) for child in children))


def table(caption: str, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> Html:
    """Make a table that scrolls by itself where the screen is narrow; the first cell of a row is its header.

    Args:
        caption: what the table holds.
        columns: at least one.
        rows: a cell for each column.
    """
    head = [element("th", {"scope": "col"} | _kind(column), column.title) for column in columns]
    body = [
        element(
            "tr",
            {},
            element("th", {"scope": "row"}, row[0]),
            *(element("td", _kind(column), cell) for column, cell in zip(columns[1:], row[1:], strict=True)),
        )
        for row in rows
    ]
    made = element(
        "table",
        {},
        element("caption", {}, caption),
        element("thead", {}, element("tr", {}, *head)),
        element("tbody", {}, *body),
    )
    # A region that takes the focus is one that the keyboard can scroll.
    return element("div", {"class": "scroll", "role": "region", "tabindex": "0", "aria-label": caption}, made)


def figure(picture: Html, title: str, caption: str) -> Html:
    """Put a caption to a picture.

    Args:
        picture: with an alternative text of its own.
        title: what it shows, in a few words.
        caption: what it tells; may be empty.
    """
    words = [element("strong", {}, title), *([element("span", {}, caption)] if caption else [])]
    return element("figure", {}, element("figcaption", {}, *words), picture)


def section(title: str, *children: str) -> Html:
    """A part of a page with its heading."""
    return element("section", {}, element("h2", {}, title), *children)


def _kind(column: Column) -> dict[str, str]:
    return {"class": "number"} if column.is_number else {}


def _escape(text: str) -> str:
    return html.escape(printable(text))
