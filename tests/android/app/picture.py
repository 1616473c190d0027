"""Draws the app's screen for the README: a browser draws the app's own layouts, with a bundle's answers.

No phone ran it.

    python -m tests.android.app.picture BUNDLE TEXT --budget cascade --output docs/images/android.png

The answers, times and sentences are those of the app's code on this machine's JVM. It takes Chromium; with Roboto among
its fonts the letters are a phone's.
"""

import argparse
import base64
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.android.app.screen import Resources, Screen
from tests.android.jvm import JUNIT, ONNXRUNTIME, PROJECT, REPOSITORY, compile_core, java_command, java_environment
from tests.android.run_core import compile_app_and_tests
from tests.machines.browser import find_browser, open_browser

# A common phone, in dp.
WIDTH, HEIGHT = 412, 892
FRAME, GAP, PHONES = 8, 32, 3
WHOLE_WIDTH = PHONES * (WIDTH + 2 * FRAME) + (PHONES + 1) * GAP
STYLE = """
body {{ margin: 0; padding: {gap}px; display: flex; gap: {gap}px; background: #E9ECEF; width: max-content;
  font-family: Roboto, "Noto Sans", "Liberation Sans", sans-serif; }}
.phone {{ width: {width}px; height: {height}px; overflow: hidden; border-radius: 36px;
  border: {frame}px solid #22262B; }}
.phone > div {{ padding-top: 12px; }}
"""


def shown(bundle: Path, precision: str, budget: str, text: str) -> dict[str, Any]:
    """What the app would show, by the ids of its layouts."""
    classpath = [*compile_app_and_tests(), compile_core(), ONNXRUNTIME, *JUNIT]
    command = java_command(classpath, "edgepower.demo.ScreenText", [str(bundle), precision, budget, text])
    said = subprocess.run(command, env=java_environment(), check=True, stdout=subprocess.PIPE, encoding="utf-8")
    return json.loads(said.stdout)


def phone(content: Mapping[str, Any], *, night: bool, top: str) -> str:
    """One phone, its screen scrolled to the view with the id `top`."""
    resources = Resources(PROJECT / "app/src/main/res", night=night)
    ground = resources.colours["paper"]
    drawn = Screen(resources, content).layout("main")
    return f'<div class="phone" data-top="{top}" style="background:{ground}"><div>{drawn}</div></div>'


def page(content: Mapping[str, Any]) -> str:
    """The screen from its top, from the words that survive on, here by night, and down to its end."""
    tops = {"title": False, "tiers_title": True, "profile": False}
    phones = [phone(content, night=night, top=top) for top, night in tops.items()]
    style = STYLE.format(width=WIDTH, height=HEIGHT, frame=FRAME, gap=GAP)
    return f'<!doctype html><meta charset="utf-8"><style>{style}</style>{"".join(phones)}'


SCROLL = """
for (const phone of document.querySelectorAll(".phone")) {
  const view = phone.querySelector("#" + phone.dataset.top);
  phone.scrollTop = view.getBoundingClientRect().top - phone.getBoundingClientRect().top - 60;
}
"""


def draw(html: str, target: Path, browser_path: str) -> None:
    """Let the browser draw the page into a PNG."""
    with tempfile.TemporaryDirectory() as name, open_browser(browser_path, Path(name) / "profile") as browser:
        file = Path(name) / "screen.html"
        file.write_text(html, encoding="utf-8")
        browser.open(file, width=WHOLE_WIDTH)
        browser.evaluate(SCROLL)
        clip = {"x": 0, "y": 0, "width": WHOLE_WIDTH, "height": HEIGHT + 2 * FRAME + 2 * GAP, "scale": 1}
        taken = browser.call("Page.captureScreenshot", format="png", clip=clip, captureBeyondViewport=True)
        target.write_bytes(base64.b64decode(taken["data"]))


def main(arguments: list[str]) -> None:
    """Read the command line, and draw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundle", type=Path)
    parser.add_argument("text")
    parser.add_argument("--precision", default="int8")
    parser.add_argument("--budget", default="balanced")
    parser.add_argument("--output", type=Path, default=REPOSITORY / "docs/images/android.png")
    given = parser.parse_args(arguments)
    browser = find_browser()
    if browser is None:
        sys.exit("error: Chromium is needed to draw the screen (Debian: apt install chromium)")
    content = shown(given.bundle.resolve(), given.precision, given.budget, given.text)
    draw(page(content), given.output, browser)


if __name__ == "__main__":
    main(sys.argv[1:])
