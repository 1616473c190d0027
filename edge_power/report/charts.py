"""Matplotlib's drawings as SVG in a page: text stays text, colours follow the page, equal input gives equal bytes."""

import io
import re
import warnings
from collections.abc import Callable
from xml.etree import ElementTree

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import FuncFormatter, MaxNLocator

from edge_power.report.markup import Html, showable
from edge_power.report.style import Colour

# Units of every chart's width. A card on a phone is about as wide in pixels, so that text of FONT_SIZE can be read
# there; on a desktop charts stand side by side.
WIDTH = 340
FONT_SIZE = 11.5

# An inch of matplotlib's in its own points, which we take for units.
_INCH = 72

_NUMBER = re.compile(r"-?\d+\.\d{3,}")
_BY_VALUE = {colour.value: f"var({colour.variable})" for colour in Colour}


def draw(name: str, height: float, paint: Callable[[Figure], None], *, alternative: str) -> Html:
    """Draw a chart of WIDTH units by `height`.

    Args:
        name: of ASCII letters, digits and dashes; no other chart of the page may have it.
        height: in units.
        paint: draws on the empty figure, in the colours of `Colour` only.
        alternative: what a person who cannot see it is told.

    Returns:
        An `<svg>` element.
    """
    buffer = io.StringIO()
    with matplotlib.rc_context(), warnings.catch_warnings():
        # The reader's font draws the text; matplotlib's only measures it, and need not know every script.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        _configure()
        figure = Figure(figsize=(WIDTH / _INCH, height / _INCH), dpi=_INCH)
        figure.patch.set_visible(False)
        paint(figure)
        for text in figure.findobj(Text):
            text.set_text(showable(text.get_text()))
        figure.savefig(buffer, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    return _inline(buffer.getvalue(), name, alternative)


def add_axes(figure: Figure, *, left: float, bottom: float, right: float, top: float) -> Axes:
    """Add bare axes; margins in units from the figure's edges."""
    width, height = figure.get_size_inches() * _INCH
    axes = figure.add_axes(
        (left / width, bottom / height, (width - left - right) / width, (height - bottom - top) / height)
    )
    axes.patch.set_visible(False)
    for side in axes.spines.values():
        side.set_visible(False)
    axes.tick_params(length=0, colors=Colour.MUTED, labelsize=FONT_SIZE - 0.5)
    return axes


def scale_axes(axes: Axes, *, x: Callable[[float], str] | None, y: Callable[[float], str]) -> None:
    """Give axes a few horizontal lines with figures, and figures below.

    Args:
        axes: whose limits are set.
        x: writes a figure below; None leaves them out.
        y: writes a figure at the left.
    """
    axes.grid(axis="y", color=Colour.GRID, linewidth=1)
    axes.set_axisbelow(True)
    axes.yaxis.set_major_locator(MaxNLocator(3))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: y(value)))
    axes.xaxis.set_major_locator(MaxNLocator(4))
    axes.tick_params(axis="x", pad=6)
    if x is None:
        axes.tick_params(labelbottom=False)
    else:
        below = x
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: below(value)))


def _configure() -> None:
    """Forget the user's own settings; a salt makes the ids of markers and clips depend on what is drawn alone."""
    matplotlib.rcdefaults()
    matplotlib.rc("svg", fonttype="none", hashsalt="edge-power")
    matplotlib.rc("font", size=FONT_SIZE)
    matplotlib.rc("lines", scale_dashes=False)
    matplotlib.rc("text", parse_math=False)  # a dollar in a name is a dollar


def _inline(svg: str, name: str, alternative: str) -> Html:
    """Turn a file's SVG into an element of a page.

    Names that all drawings share get the chart's own name in front, colours become references to the page's, and what
    a page does not need goes: name spaces, fonts, a style for all elements, groups' ids.
    """
    root = ElementTree.fromstring(svg)
    for parent in root.iter():
        for child in list(parent):
            if child.tag.endswith("}style"):
                parent.remove(child)
    for item in root.iter():
        item.tag = item.tag.rpartition("}")[2]
        item.attrib = {key.rpartition("}")[2]: value for key, value in item.attrib.items()}
        item.tail = None
        if item.tag != "text":
            item.text = None
        _adapt(item, name)
    root.attrib = {"viewBox": root.attrib["viewBox"], "role": "img", "aria-label": showable(alternative)}
    return Html(ElementTree.tostring(root, encoding="unicode"))


def _adapt(item: ElementTree.Element, name: str) -> None:
    attributes = item.attrib
    if item.tag == "g":
        attributes.pop("id", None)  # nothing refers to a group
    if "id" in attributes:
        attributes["id"] = f"{name}-{attributes['id']}"
    if "href" in attributes:
        attributes["href"] = attributes["href"].replace("#", f"#{name}-")
    if "clip-path" in attributes:
        attributes["clip-path"] = attributes["clip-path"].replace("#", f"#{name}-")
    if "style" in attributes:
        attributes["style"] = _restyle(attributes["style"])
    if attributes.get("transform", "").startswith("rotate(-0 "):
        del attributes["transform"]
    for key in ("d", "x", "y"):
        if key in attributes:
            shorter = _NUMBER.sub(lambda found: f"{float(found[0]):.2f}", attributes[key])
            attributes[key] = " ".join(shorter.split())


def _restyle(style: str) -> str:
    declarations = (part.strip().partition(": ") for part in style.split(";"))
    kept = ((key, _BY_VALUE.get(value, value)) for key, _, value in declarations if key != "font-family")
    return "; ".join(f"{key}: {value}" for key, value in kept)
