"""HTML from values: text is escaped by its type, so that a page shows whatever a name or a label holds."""

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from edge_power_runtime.reading.printable import printable

# Of what is printable, what neither HTML nor SVG can hold even as a reference.
_NO_CHARACTER = re.compile("[\ufffe\uffff]")


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


def showable(text: str) -> str:
    """Make text fit for a page: what would act there rather than be seen becomes an escape, as on a terminal."""
    return _NO_CHARACTER.sub("\N{REPLACEMENT CHARACTER}", printable(text))


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


@dataclass(frozen=True, slots=True)
class Group:
    """Rows of a table that belong together.

    Attributes:
        title: stands above them; None for no title.
        rows: a cell for each column.
    """

    title: str | None
    rows: Sequence[Sequence[str]]


def table(caption: str, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> Html:
    """Make a table that scrolls by itself where the screen is narrow; the first cell of a row is its header.

    Args:
        caption: what the table holds.
        columns: at least one.
        rows: a cell for each column.
    """
    return grouped_table(caption, columns, [Group(None, rows)])


def grouped_table(caption: str, columns: Sequence[Column], groups: Sequence[Group]) -> Html:
    """Make a table as `table` does, its rows in groups.

    Args:
        caption: what the table holds.
        columns: at least one.
        groups: at least one.
    """
    head = [element("th", {"scope": "col"} | _kind(column), column.title) for column in columns]
    made = element(
        "table",
        {},
        element("caption", {}, caption),
        element("thead", {}, element("tr", {}, *head)),
        *(element("tbody", {}, *_title(group, len(columns)), *_body(columns, group.rows)) for group in groups),
    )
    # A region that takes the focus is one that the keyboard can scroll.
    return element("div", {"class": "scroll", "role": "region", "tabindex": "0", "aria-label": caption}, made)


def terms(items: Mapping[str, str]) -> Html:
    """A list of terms, each with what it stands at."""
    rows = (child for term, value in items.items() for child in (element("dt", {}, term), element("dd", {}, value)))
    return element("dl", {}, *rows)


def figure(picture: Html, title: str, caption: str) -> Html:
    """Put a caption to a picture.

    Args:
        picture: with an alternative text of its own.
        title: what it shows, in a few words.
        caption: what it tells; may be empty.
    """
    words = [element("strong", {}, title), *([element("span", {}, caption)] if caption else [])]
    return element("figure", {}, element("figcaption", {}, *words), picture)


def section(title: str, *children: str, anchor: str | None = None) -> Html:
    """A part of a page with its heading; links lead to it where it has an anchor."""
    return element("section", {} if anchor is None else {"id": anchor}, element("h2", {}, title), *children)


def details(summary: str, *children: str) -> Html:
    """A part that is folded away until a reader asks for it; on paper it is unfolded."""
    return element("details", {}, element("summary", {}, summary), *children)


def _title(group: Group, width: int) -> list[Html]:
    if group.title is None:
        return []
    # The title is an element of its own, since a narrow screen keeps it in view while the row scrolls.
    title = element("span", {}, group.title)
    return [element("tr", {}, element("th", {"scope": "rowgroup", "colspan": str(width)}, title))]


def _body(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> list[Html]:
    return [
        element(
            "tr",
            {},
            element("th", {"scope": "row"}, row[0]),
            *(element("td", _kind(column), cell) for column, cell in zip(columns[1:], row[1:], strict=True)),
        )
        for row in rows
    ]


def _kind(column: Column) -> dict[str, str]:
    return {"class": "number"} if column.is_number else {}


def _escape(text: str) -> str:
    return html.escape(showable(text))
