"""The app's resources and manifest: what a screen reader, a large font, a dark room and a careful user ask of them."""

import re
from functools import cache
from itertools import product
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.android.jvm import PROJECT

pytestmark = pytest.mark.android

MAIN = PROJECT / "app/src/main"
RES, JAVA = MAIN / "res", MAIN / "java/edgepower/demo"
ANDROID = "{http://schemas.android.com/apk/res/android}"
LAYOUTS = sorted((RES / "layout").glob("*.xml"))
INTERACTIVE = ("Button", "EditText", "Spinner")

# Packages of which the tests run every line on a desktop, so none of them may know Android.
PLAIN = ("install", "model", "state", "text", "words")

# What is written in which colour on which ground; 4.5 is what WCAG 2.2 asks of text (level AA).
LEAST_CONTRAST = 4.5
ON_CARDS = ("paper", "card")
CONTRASTS = [
    *product(("ink", "soft", "accent"), ON_CARDS),
    ("ink", "notice_ground"),
    *product(("ink",), ("first_ground", "second_ground", "special_ground")),
    ("on_accent", "accent"),
    ("soft", "line"),  # a button that is switched off
]


def attribute(element: ElementTree.Element, name: str) -> str | None:
    """An attribute of Android's."""
    return element.get(ANDROID + name)


def views(path: Path) -> list[ElementTree.Element]:
    return list(ElementTree.parse(path).iter())


@cache
def values(name: str, folder: str = "values") -> dict[str, str]:
    """The resources of a file of values, by name, as text."""
    root = ElementTree.parse(RES / folder / f"{name}.xml").getroot()
    return {item.attrib["name"]: "".join(item.itertext()) for item in root}


@cache
def style(name: str) -> dict[str, str]:
    """What a style of ours sets, with what it inherits from others of ours by its name."""
    root = ElementTree.parse(RES / "values/themes.xml").getroot()
    own = {item.attrib["name"]: item for item in root}
    inherited = style(name.rpartition(".")[0]) if "." in name else {}
    return {**inherited, **{item.attrib["name"]: item.text or "" for item in own[name]}}


def settings(view: ElementTree.Element) -> dict[str, str]:
    """What a view's style and its own attributes set, by the names of attributes."""
    named = view.get("style", "").removeprefix("@style/")
    own = {name.removeprefix(ANDROID): value for name, value in view.attrib.items()}
    return {**{key.removeprefix("android:"): value for key, value in (style(named) if named else {}).items()}, **own}


def size(value: str) -> str:
    """A size, wherever it is written."""
    return values("dimens")[value.removeprefix("@dimen/")] if value.startswith("@dimen/") else value


def java_text() -> str:
    return "\n".join(path.read_text() for path in sorted(JAVA.rglob("*.java")))


def enum_names(name: str) -> set[str]:
    """The constants of an enum of sentences, as resources are named."""
    body = (JAVA / f"text/{name}.java").read_text().split(f"enum {name} {{")[1]
    return {constant.lower() for constant in re.findall(r"^    ([A-Z_]+)[,;]$", body, re.MULTILINE)}


def of_kind(kind: str) -> set[str]:
    root = ElementTree.parse(RES / "values/strings.xml").getroot()
    return {item.attrib["name"] for item in root if item.tag == kind}


def test_every_sentence_has_its_string_and_every_string_its_use():
    written = java_text() + "".join(path.read_text() for path in [*LAYOUTS, MAIN / "AndroidManifest.xml"])
    used = set(re.findall(r"(?:R\.string\.|@string/)(\w+)", written))
    assert used | enum_names("Phrase") == of_kind("string")
    assert enum_names("Plural") == of_kind("plurals")


def test_plurals_have_one_and_other():
    for item in ElementTree.parse(RES / "values/strings.xml").getroot().iter("plurals"):
        assert {quantity.attrib["quantity"] for quantity in item} == {"one", "other"}, item.attrib["name"]


@pytest.mark.parametrize("path", LAYOUTS, ids=lambda path: path.stem)
def test_no_text_is_hard_coded(path: Path):
    for view in views(path):
        for name in ("text", "hint", "contentDescription", "label", "title"):
            assert (attribute(view, name) or "@string/").startswith("@string/"), (view.tag, name)
    assert not re.search(r'setText\("|setContentDescription\("', java_text())


@pytest.mark.parametrize("path", LAYOUTS, ids=lambda path: path.stem)
def test_a_screen_reader_has_a_name_for_everything(path: Path):
    labelled = {(attribute(view, "labelFor") or "").rpartition("/")[2] for view in views(path)}
    for view in views(path):
        identifier = (attribute(view, "id") or "").rpartition("/")[2]
        if view.tag == "Button":
            assert attribute(view, "text"), identifier
        elif view.tag in ("EditText", "Spinner"):
            assert identifier in labelled, identifier
        elif view.tag == "ProgressBar":
            hidden = attribute(view, "importantForAccessibility") == "no"
            assert hidden or attribute(view, "contentDescription"), identifier


def test_no_group_of_views_swallows_what_is_in_it():
    # A screen reader takes a group that can have the focus for one thing, and its texts for that thing's name.
    for view in (view for path in LAYOUTS for view in views(path)):
        assert attribute(view, "focusable") is None, view.tag
        if attribute(view, "screenReaderFocusable"):
            assert attribute(view, "importantForAccessibility") == "yes"
    described = (JAVA / "view/AnswerView.java").read_text() + (JAVA / "view/ProfileView.java").read_text()
    rows = [path for path in LAYOUTS if attribute(views(path)[0], "screenReaderFocusable")]
    assert described.count("row.setContentDescription(") == len(rows) == 3


def test_headings_and_changes_are_told():
    everything = [view for path in LAYOUTS for view in views(path)]
    for view in everything:
        if view.get("style") in ("@style/Text.Heading", "@style/Text.Title"):
            assert attribute(view, "accessibilityHeading") == "true", attribute(view, "text")
    live = {attribute(view, "id") for view in everything if attribute(view, "accessibilityLiveRegion")}
    assert live == {"@+id/notice", "@+id/headline"}
    assert "setAccessibilityLiveRegion" in (JAVA / "view/ProfileView.java").read_text()


@pytest.mark.parametrize("path", LAYOUTS, ids=lambda path: path.stem)
def test_what_is_touched_is_48dp_high(path: Path):
    for view in views(path):
        if view.tag in INTERACTIVE or path.stem == "choice":
            found = size(settings(view)["minHeight"])
            assert found.endswith("dp") and float(found.removesuffix("dp")) >= 48, (view.tag, found)


@pytest.mark.parametrize("path", LAYOUTS, ids=lambda path: path.stem)
def test_text_grows_with_the_users_font(path: Path):
    for view in views(path):
        if view.tag in ("TextView", "EditText", "Button"):
            found = size(settings(view)["textSize"])
            assert found.endswith("sp") and float(found.removesuffix("sp")) >= 14, (view.tag, found)
        height = attribute(view, "layout_height")
        line = view.tag == "View"
        assert height in ("wrap_content", "match_parent", None) or line, (view.tag, height)
    if path.stem in ("main", "profile_screen"):
        assert views(path)[0].tag == "ScrollView"


def test_sizes_are_in_dp_and_text_in_sp():
    for path in sorted(RES.rglob("*.xml")):
        assert not re.search(r'"-?[\d.]+(px|pt|in|mm)"', path.read_text()), path
    for folder in ("values", "values-w600dp"):
        for name, value in values("dimens", folder).items():
            assert value.endswith("sp" if name.startswith("text_") else "dp"), name


def test_both_directions_of_writing_are_served():
    one_sided = (
        r"(padding|margin|drawable|alignParent|layout_to)(Left|Right)|layout_margin(Left|Right)|\"(left|right)\""
    )
    for path in [*LAYOUTS, *sorted((RES / "values").glob("*.xml")), *sorted((RES / "drawable").glob("*.xml"))]:
        assert not re.search(one_sided, path.read_text()), path
    assert application().get(f"{ANDROID}supportsRtl") == "true"
    assert style("Text")["android:textDirection"] == "firstStrong"
    assert style("Bar")["android:mirrorForRtl"] == "true"


@pytest.mark.parametrize(
    ("folder", "front", "ground"), [(f, *pair) for f in ("values", "values-night") for pair in CONTRASTS]
)
def test_contrast(folder: str, front: str, ground: str):
    colours = values("colors", folder)
    found = contrast(colours[front], colours[ground])
    assert found >= LEAST_CONTRAST, f"{front} on {ground} has {found:.2f}"


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2.2, 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_every_colour_has_its_night():
    assert set(values("colors")) - set(values("colors", "values-night")) == {"icon_ground"}
    literal = r'(color|Color|tint|background)="#'
    for path in [*LAYOUTS, *sorted((RES / "color").glob("*.xml"))]:
        assert not re.search(literal, path.read_text()), path


def application() -> ElementTree.Element:
    found = ElementTree.parse(MAIN / "AndroidManifest.xml").getroot().find("application")
    assert found is not None
    return found


def test_no_permission_is_asked_for():
    root = ElementTree.parse(MAIN / "AndroidManifest.xml").getroot()
    assert [element.tag for element in root.iter() if "permission" in element.tag] == []
    assert application().get(f"{ANDROID}allowBackup") == "false"


def test_what_other_apps_can_reach():
    parts = {attribute(part, "name"): part for part in application() if part.get(f"{ANDROID}name", "").startswith(".")}
    assert all(attribute(part, "exported") in ("true", "false") for part in parts.values())
    reachable = {name for name, part in parts.items() if attribute(part, "exported") == "true"}
    assert reachable == {".MainActivity", ".ProfileActivity"}
    # adb's shell holds DUMP, and an app from a store cannot; it is nothing that this app asks for.
    assert attribute(parts[".ProfileActivity"], "permission") == "android.permission.DUMP"
    assert attribute(parts[".ReportProvider"], "grantUriPermissions") == "true"


def test_the_librarys_telemetry_stays_out():
    telemetry = [part for part in application() if "onnxruntime" in (attribute(part, "name") or "")]
    assert [part.get("{http://schemas.android.com/tools}node") for part in telemetry] == ["remove"]


def test_plain_packages_know_no_android():
    for name in PLAIN:
        for path in sorted((JAVA / name).glob("*.java")):
            assert not re.search(r"\bandroid\.|edgepower\.demo\.R\b", path.read_text()), path


def test_folders_stay_small():
    for folder in [JAVA, *(JAVA / name for name in (*PLAIN, "view")), RES / "layout", RES / "drawable"]:
        assert len(list(folder.iterdir())) <= 15, folder
