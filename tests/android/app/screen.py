"""The app's screen as HTML, made of its layouts, styles, colours and sizes; an approximation of what Android draws."""

from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

ANDROID = "{http://schemas.android.com/apk/res/android}"
ARROW = '<span style="position:absolute;inset-inline-end:10px">▾</span>'

# What the framework's own styles set, as far as it is seen.
FRAMEWORK = {
    "EditText": "border-bottom:1px solid {soft};padding:4px 4px 9px",
    "Spinner": "position:relative;display:flex;align-items:center;color:{ink}",
    "Button": "display:flex;align-items:center;justify-content:center;font-weight:500;margin-block:0",
}


class Resources:
    """The values of a folder of resources, by day or by night."""

    def __init__(self, folder: Path, *, night: bool) -> None:
        self.folder = folder
        self.values = {f"@string/{name}": text for name, text in read(folder / "values/strings.xml").items()}
        self.values |= {f"@dimen/{name}": text for name, text in read(folder / "values/dimens.xml").items()}
        self.colours = read(folder / "values/colors.xml")
        if night:
            self.colours |= read(folder / "values-night/colors.xml")
        self.styles = {item.attrib["name"]: item for item in ElementTree.parse(folder / "values/themes.xml").getroot()}

    def value(self, written: str) -> str:
        """A text, size or colour, wherever it is written."""
        if written.startswith("@color/"):
            name = written.removeprefix("@color/")
            return self.colours[name] if name in self.colours else self.of_state(self.folder / f"color/{name}.xml")
        return self.values.get(written, written).replace("\\u00a0", "\u00a0")

    def pixels(self, written: str) -> str:
        """A size in CSS; of a phone with the usual font, sp are dp."""
        return self.value(written).replace("dp", "px").replace("sp", "px")

    def of_state(self, path: Path) -> str:
        """The colour of what is neither pressed nor switched off: the last of a list."""
        return self.value(attributes(list(ElementTree.parse(path).iter("item"))[-1])["color"])

    def style(self, name: str) -> dict[str, str]:
        """What a style of ours sets, with what its name says it inherits."""
        inherited = self.style(name.rpartition(".")[0]) if "." in name else {}
        own = {item.attrib["name"].removeprefix("android:"): item.text or "" for item in self.styles[name]}
        return {**inherited, **own}

    def background(self, name: str) -> str:
        """The last shape of a drawable as CSS."""
        if name.startswith("@color/"):
            return f"background:{self.value(name)}"
        shape = list(ElementTree.parse(self.folder / f"drawable/{name.rpartition('/')[2]}.xml").iter("shape"))[-1]
        css = []
        for part in shape:
            facts = attributes(part)
            if part.tag == "solid":
                css.append(f"background:{self.value(facts['color'])}")
            elif part.tag == "stroke":
                css.append(f"border:{self.pixels(facts['width'])} solid {self.value(facts['color'])}")
            elif part.tag == "corners":
                css.append(f"border-radius:{self.pixels(facts['radius'])}")
        return ";".join(css)


def read(path: Path) -> dict[str, str]:
    """The values of a file, by name."""
    return {item.attrib["name"]: "".join(item.itertext()) for item in ElementTree.parse(path).getroot()}


def attributes(element: ElementTree.Element) -> dict[str, str]:
    """An element's attributes of Android's, without their prefix."""
    return {name.removeprefix(ANDROID): value for name, value in element.attrib.items()}


class Screen:
    """Inflates layouts as Android does, with what the app put into them."""

    def __init__(self, resources: Resources, shown: Mapping[str, Any]) -> None:
        self.resources = resources
        self.texts: Mapping[str, str] = shown["texts"]
        self.columns: Mapping[str, list[dict[str, Any]]] = shown["columns"]
        # Of the views that are gone at first, those that the app shows once it has an answer and a report.
        self.seen = {*self.texts, "answer", "profile_share"}

    def layout(self, name: str, row: Mapping[str, Any] | None = None) -> str:
        """Draw a layout; `row` is what stands in it, where it is one of many."""
        return self.view(ElementTree.parse(self.resources.folder / f"layout/{name}.xml").getroot(), row or {})

    def view(self, view: ElementTree.Element, row: Mapping[str, Any]) -> str:
        """Draw a view and what is in it; nothing where it would be gone."""
        if view.tag == "include":
            return self.layout(view.attrib["layout"].rpartition("/")[2])
        style = view.get("style", "").removeprefix("@style/")
        facts = {**(self.resources.style(style) if style else {}), **attributes(view)}
        identifier = facts.get("id", "").rpartition("/")[2]
        text = self.text(identifier, facts, row)
        if facts.get("visibility") == "gone" and identifier not in self.seen:
            return ""
        if view.tag == "TextView" and not text:
            return ""
        inside = text + "".join(self.view(child, row) for child in view)
        inside += "".join(self.layout(one["layout"], one) for one in self.columns.get(identifier, []))
        if view.tag == "Spinner":
            inside = self.layout("choice", {"line": self.texts.get(identifier, "")}) + ARROW
        if view.tag == "ProgressBar":
            inside = self.bar(facts, row.get("share", 0))
        css = f"{FRAMEWORK.get(view.tag, '').format(**self.resources.colours)};{self.css(facts)}"
        return f'<div id="{identifier}" dir="auto" style="{css}">{inside}</div>'

    def text(self, identifier: str, facts: Mapping[str, str], row: Mapping[str, Any]) -> str:
        """What a view says: what the app put there, else what the layout has."""
        if identifier == "row":
            return self.words(row["marks"])
        written = facts.get("text") or facts.get("hint") or ""
        said = row.get("texts", self.texts).get(identifier, row.get("line", self.resources.value(written)))
        return escape(said)

    def css(self, facts: Mapping[str, str]) -> str:
        """A view's size, place and letters."""
        pixels, css = self.resources.pixels, ["box-sizing:border-box"]
        vertical = facts.get("orientation") == "vertical"
        if facts.get("gravity") == "center_vertical":
            css.append("display:flex;align-items:center")
        if "orientation" in facts:
            css.append(f"display:flex;flex-direction:{'column' if vertical else 'row'}")
        if "layout_weight" in facts:
            css.append(f"flex:{facts['layout_weight']};min-width:0")
        for side, name in (("Top", "block-start"), ("Start", "inline-start"), ("End", "inline-end")):
            if f"layout_margin{side}" in facts:
                css.append(f"margin-{name}:{pixels(facts[f'layout_margin{side}'])}")
        if "padding" in facts:
            css.append(f"padding:{pixels(facts['padding'])}")
        for side, name in (
            ("Top", "block-start"),
            ("Bottom", "block-end"),
            ("Start", "inline-start"),
            ("End", "inline-end"),
        ):
            if f"padding{side}" in facts:
                css.append(f"padding-{name}:{pixels(facts[f'padding{side}'])}")
        if "background" in facts:
            css.append(self.resources.background(facts["background"]))
        if facts.get("layout_height", "").startswith("@dimen/"):
            css.append(f"height:{pixels(facts['layout_height'])}")
        if "minHeight" in facts:
            css.append(f"min-height:{pixels(facts['minHeight'])}")
        if "textSize" in facts:
            css.append(f"font-size:{pixels(facts['textSize'])};color:{self.resources.value(facts['textColor'])}")
            css.append(f"line-height:{1.17 * float(facts.get('lineSpacingMultiplier', 1)):.2f}")
        if facts.get("textStyle") == "bold":
            css.append("font-weight:700")
        return ";".join(css)

    def bar(self, facts: Mapping[str, str], share: float) -> str:
        """A bar that is full to a share."""
        track, height = self.resources.colours["bar_ground"], self.resources.pixels(facts["minHeight"])
        fill = f"width:{100 * share:.1f}%;height:100%;border-radius:4px;background:{self.resources.colours['accent']}"
        return f'<div style="height:{height};border-radius:4px;background:{track}"><div style="{fill}"></div></div>'

    def words(self, marks: list[dict[str, Any]]) -> str:
        """A row of words as `WordSpans` dresses them."""
        colours, drawn = self.resources.colours, []
        for mark in marks:
            css = {
                "WHOLE": "",
                "ALIVE": f"background:{colours[{-1: 'special', 0: 'first', 1: 'second'}[mark['part']] + '_ground']}",
                "DROPPED": f"color:{colours['soft']};text-decoration:line-through",
                "LEFT_OUT": f"color:{colours['soft']}",
            }[mark["kind"]]
            drawn.append(f'{" " if mark["spaced"] else ""}<span style="{css}">{escape(mark["text"])}</span>')
        return "".join(drawn)
