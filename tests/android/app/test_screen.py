"""The drawing of the screen: what a bundle answers stands in it, dressed as the app dresses it."""

import pytest

from tests.android.app.picture import page, shown
from tests.android.app.screen import Resources, Screen
from tests.android.jvm import PROJECT, REPOSITORY

pytestmark = pytest.mark.android

RES = PROJECT / "app/src/main/res"


@pytest.fixture(scope="module")
def content() -> dict:
    return shown(REPOSITORY / "tests/data/tiny-bundle", "fp32", "fast", "A <good> film.")


def test_the_apps_own_code_answers(content):
    texts, columns = content["texts"], content["columns"]
    assert texts["title"] == "tiny (bert)"
    assert texts["headline"] in ("negative", "positive")
    assert texts["answered_by"].startswith("Answered by fast (fp32) in ")
    assert [row["texts"]["name"] for row in columns["words"]] == [
        "Text",
        *(f"Encoder {number}" for number in range(1, 5)),
    ]
    assert [row["texts"]["name"] for row in columns["profile_rows"]] == [
        "onnx fp32 fast 8, 1 thread",
        "onnx fp32 full 8, 1 thread",
    ]


@pytest.mark.parametrize(("night", "dropped"), [(False, "#5C6168"), (True, "#A3AAB2")])
def test_words_are_dressed_as_in_the_app(content, night, dropped):
    drawn = Screen(Resources(RES, night=night), content).layout("main")
    assert "&lt;" in drawn and "<good>" not in drawn
    marks = [mark for row in content["columns"]["words"] for mark in row["marks"]]
    assert drawn.count("line-through") == sum(mark["kind"] == "DROPPED" for mark in marks) > 0
    assert f"color:{dropped};text-decoration:line-through" in drawn


def test_what_the_app_hides_is_not_drawn(content):
    drawn = Screen(Resources(RES, night=False), content).layout("main")
    for hidden in ('id="pair"', 'id="notice"', 'id="profile_doubts_title"', 'id="tiers_title"'):
        assert hidden not in drawn
    assert 'id="profile_share"' in drawn
    assert page(content).count('class="phone"') == 3
