"""Pages hold what they promise: links lead somewhere, commands have their flags, figures stand in the page named."""

import re
import shlex
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from itertools import pairwise
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from edge_power.cli import _COMMANDS as COMMANDS

ROOT = Path(__file__).parents[1]
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "android_demo/README.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "runtime").glob("*.md")),
]
NAMES = [path.relative_to(ROOT).as_posix() for path in PAGES]
# As a shell line or a sentence of a log calls it: `edge-power run`, `.venv/bin/edge-power run`, `-m edge_power run`.
CALL = re.compile(r"(?:^|[\s/])edge[-_]power ([a-z]+)\b(.*)")
FIGURE = re.compile(r"\d+\.\d+(?:e-\d+)?")


@cache
def tokens(path: Path) -> list[Token]:
    """A page as a Markdown reader sees it: blocks, each with its inline parts."""
    return MarkdownIt("commonmark").enable("table").parse(path.read_text(encoding="utf-8"))


def inline(path: Path) -> Iterator[Token]:
    for block in tokens(path):
        yield from block.children or ()


def links(path: Path) -> list[str]:
    found = (token.attrs.get("href", token.attrs.get("src")) for token in inline(path))
    return [str(target) for target in found if target is not None and not re.match(r"[a-z]+:", str(target))]


@cache
def anchors(path: Path) -> set[str]:
    """The anchors that GitHub gives a page's headings."""
    titles = (text.content for head, text in pairwise(tokens(path)) if head.type == "heading_open")
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def commands(text: str) -> Iterator[tuple[str, list[str]]]:
    """The calls of edge-power in a code block, each with its flags; a line may go on behind a backslash."""
    for line in text.replace("\\\n", " ").splitlines():
        if call := CALL.search(line):
            words = shlex.split(call[2], comments=True)
            yield call[1], [word.split("=")[0] for word in words if word.startswith("--")]


def blocks(path: Path) -> Iterator[str]:
    return (token.content for token in tokens(path) if token.type == "fence" and token.info != "python")


@pytest.mark.parametrize("name", NAMES)
def test_every_relative_link_leads_somewhere(name):
    for link in links(ROOT / name):
        file, _, anchor = link.partition("#")
        target = (ROOT / name).parent / file if file else ROOT / name
        assert target.exists(), f"{name} links to {link}, and there is no {target}"
        assert target.resolve().is_relative_to(ROOT), f"{name} links to {link}, outside of the checkout"
        if anchor:
            assert anchor in anchors(target), f"{name} links to {link}, and {target} has no such heading"


@pytest.mark.parametrize("name", NAMES)
def test_every_command_has_the_flags_it_is_shown_with(name):
    for block in blocks(ROOT / name):
        for command, flags in commands(block):
            assert command in COMMANDS, f"{name} calls edge-power {command}, which is no command"
            parameters = import_module(f"edge_power.cli.{command}").command.params
            known = {option for parameter in parameters for option in (*parameter.opts, *parameter.secondary_opts)}
            for flag in flags:
                assert flag in known, f"{name} calls edge-power {command} {flag}, which it does not have"


def test_the_search_finds_what_it_shall():
    shown = (
        'edge-power fit --model a \\\n  --dev=b  # --not\ntorchrun -m edge_power run x "--y"\nSee: bin/edge-power run z'
    )
    assert list(commands(shown)) == [("fit", ["--model", "--dev"]), ("run", ["--y"]), ("run", [])]
    assert list(commands("python -m edge_power_runtime verify bundle\nwrote edge-power.json")) == []
    assert "docs/images/explain.png" in links(ROOT / "README.md")
    assert sum(len(list(commands(block))) for path in PAGES for block in blocks(path)) > 20


def test_every_page_is_in_the_table_of_contents():
    listed = {(ROOT / "docs" / link).resolve() for link in links(ROOT / "docs" / "README.md")}
    assert listed >= set((ROOT / "docs").rglob("*.md")) - {ROOT / "docs" / "README.md"}


@pytest.mark.parametrize("name", ["README.md", "docs/README.md"])
def test_a_figure_beside_a_page_stands_in_that_page(name):
    """Where a paragraph, an item or a row of a table names one page of docs/."""
    checked = 0
    for text in re.split(r"\n(?=\||[*-] |\n)", (ROOT / name).read_text(encoding="utf-8")):
        pages, figures = set(re.findall(r"\]\(([^)]+\.md)\)", text)), FIGURE.findall(re.sub("`[^`]*`", "", text))
        if len(pages) == 1 and figures:
            page = ((ROOT / name).parent / pages.pop()).read_text(encoding="utf-8")
            for figure in figures:
                assert figure in page, f"{name} has the figure {figure}, and the page beside it does not"
                checked += 1
    assert checked >= 10


def test_the_table_of_the_readme_is_that_of_the_demo():
    """Ratio by engine and length, and accuracy: the cells of docs/demo.md, which has them with their milliseconds."""
    demo = (ROOT / "docs" / "demo.md").read_text(encoding="utf-8")
    shown = re.findall(r"^\| (onnx|executorch|tflite) \| (0\.\d\d) \| (0\.\d\d) \| (0\.\d\d) \| (.+) \| (.+) \|$",
                       (ROOT / "README.md").read_text(encoding="utf-8"), re.M)  # fmt: skip
    assert [engine for engine, *_ in shown] == ["onnx", "executorch", "tflite"]
    for engine, *ratios, full, balanced in shown:
        row = re.search(rf"^\| {engine} \| balanced \|.*$", demo, re.M)
        assert row and re.findall(r"\((0\.\d\d) of full\)", row[0]) == ratios
        run = re.search(rf"^{engine} +full .* (0\.\d+)\n +balanced .* (0\.\d+)$", demo, re.M)
        assert run and run.groups() == (full, balanced)
