"""The frame of a page: it loads nothing, runs nothing, and says so to the browser."""

from edge_power.report.markup import Html, element, joined
from edge_power.report.style import style_sheet

# The policy refuses whatever would leave the page; the empty icon keeps a browser from asking a server for one.
_HEAD = """<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
"""


def page(title: str, *children: str, style: str | None = None) -> str:
    """Write a whole page in English.

    Args:
        title: of the window.
        children: the content; text is escaped.
        style: a style sheet of its own; None takes that of all reports.
    """
    styled = element("style", {}, Html(style_sheet() if style is None else style))
    head = element("head", {}, Html(_HEAD), element("title", {}, title), styled)
    body = element("body", {}, element("main", {}, *children))
    return joined(Html("<!doctype html>\n"), element("html", {"lang": "en"}, head, Html("\n"), body), Html("\n"))
