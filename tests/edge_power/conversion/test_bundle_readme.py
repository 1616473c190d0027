"""README.md of a bundle: figures of its manifest, and no label that becomes markup."""

import dataclasses
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt

from edge_power.conversion.against_transformers import SourceReport
from edge_power.conversion.bundle_readme import README_FILE, SHOWN_LABELS, bundle_readme, write_readme
from edge_power_runtime import Bundle
from edge_power_runtime.reading.printable import printable

SOURCE = SourceReport(texts=16, max_abs_error=9.5e-07, same_labels=16, atol=1e-4, not_run=None)
HOSTILE = (
    "<script>alert(1)</script>",
    "a|b",
    "a\\|b\\",
    "`x` and ``y",
    "**bold** _it_ ~~no~~",
    "[l](javascript:alert(1)) ![i](http://evil.example/p.png)",
    "http://evil.example",
    "\x1b[31mred\x07",
    "two\nlines\n\n# heading",
    "&lt;b&gt; &#60;",
    "\u202egnp.exe",
    "\ud800",
    " blanks ",
    "<!-- ",
    "```",
    "größer",
)


class Page(HTMLParser):
    """The elements of a page, the texts of its code spans outside of blocks, and the rows of its tables."""

    def __init__(self, markdown):
        super().__init__()
        self.tags, self.spans, self.cells = set(), [], []
        self._open = []
        # A README is shown with its HTML, so it is read with it.
        self.feed(MarkdownIt("commonmark", {"html": True}).enable("table").render(markdown))

    def handle_starttag(self, tag, attrs):
        assert not [name for name, _ in attrs if name not in ("start", "class")], attrs
        self.tags.add(tag)
        self._open.append(tag)
        if tag == "tr":
            self.cells.append(0)
        if tag in ("td", "th"):
            self.cells[-1] += 1
        if tag == "code":
            self.spans.append("")

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        if self._open[-1:] == ["code"]:
            self.spans[-1] += data


@pytest.fixture
def manifest(tiny_bundle):
    """As it is when the page is about to be written."""
    whole = Bundle.open(tiny_bundle).manifest
    return dataclasses.replace(whole, files=tuple(entry for entry in whole.files if entry.path != README_FILE))


def test_it_says_what_the_manifest_says(manifest):
    page = bundle_readme(manifest, SOURCE)
    assert page.startswith("# `tiny`\n")
    assert "with ONNX Runtime, ExecuTorch and TFLite.\n" in page
    assert 'pip install "edge-power-runtime[onnx]"  # or [executorch], [tflite]\n' in page
    assert "2, in the order of the logits.\n\n0. `negative`\n1. `positive`\n" in page
    assert "one of more than 24 tokens is cut. `fast` is the default" in page
    fast = manifest.configuration("fast", 24)
    share = fast.macs / manifest.configuration("full", 24).macs
    assert f"| `fast` | 24 | 20 12 8 1 | {fast.macs / 1e6:.1f} M | {share:.2f} |\n" in page
    for artifact in manifest.artifacts:
        for program in artifact.programs:
            row = f"| {artifact.engine} | fp32 | {artifact.size_bytes / 1e6:.1f} MB | `{program.name}` | "
            assert f"{row}{program.parity.max_abs_error:.1e} | 100.0% | 100.0% | {program.parity.texts} |\n" in page
    assert "on 16 texts: the same token ids, the same label on 16, and logits that differ by 9.5e-07 at most.\n" in page


def test_accuracy_is_told_where_it_is_known(manifest):
    assert "Accuracy was not measured here" in bundle_readme(manifest, SOURCE)
    first, *others = manifest.budgets
    known = dataclasses.replace(manifest, budgets=(dataclasses.replace(first, accuracy=0.8956), *others))
    page = bundle_readme(known, SOURCE)
    assert "not measured" not in page
    assert "| of `full` | accuracy |\n" in page and "| 0.8956 |\n" in page
    assert "| 1.00 | - |\n" in page  # full, which was not measured


def test_what_was_not_compared_is_not_claimed(manifest):
    unread = SourceReport(texts=16, max_abs_error=None, same_labels=0, atol=1e-4, not_run="cannot read /home/me")
    page = bundle_readme(manifest, unread)
    assert page.endswith("reads 16 texts as transformers does; its logits were not compared.\n")
    assert "/home/me" not in page


def test_a_number_has_no_labels(manifest):
    regression = dataclasses.replace(manifest, task="regression", labels=())
    page = bundle_readme(regression, SOURCE)
    assert "## Output\n\nOne number.\n" in page and "Labels" not in page


def test_many_labels_are_cut_and_counted(manifest):
    many = dataclasses.replace(manifest, labels=tuple(f"label {number}" for number in range(SHOWN_LABELS + 3)))
    page = bundle_readme(many, SOURCE)
    assert f"{SHOWN_LABELS - 1}. `label {SHOWN_LABELS - 1}`\n\n`bundle.json` lists 3 more.\n" in page
    assert f"`label {SHOWN_LABELS}`" not in page


def test_one_engine_offers_no_other(manifest):
    alone = dataclasses.replace(manifest, artifacts=manifest.artifacts[-1:])
    page = bundle_readme(alone, SOURCE)
    assert 'pip install "edge-power-runtime[tflite]"\n' in page and "ONNX" not in page and "executorch" not in page


def test_names_from_users_stay_text(manifest):
    plain = Page(bundle_readme(manifest, SOURCE))
    evil = dataclasses.replace(manifest, name=HOSTILE[0], labels=HOSTILE)
    page = Page(bundle_readme(evil, SOURCE))
    assert page.tags == plain.tags
    for name in HOSTILE:
        assert printable(name) in page.spans


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_in_a_table_keeps_its_cell(manifest, name):
    first, *others = manifest.budgets
    evil = dataclasses.replace(manifest, budgets=(dataclasses.replace(first, name=name), *others))
    page = Page(bundle_readme(evil, SOURCE))
    # The sentence on the default, and a row for each length; a cell that a name ends would lose what follows.
    assert page.spans.count(printable(name)) == 1 + len(first.configurations)
    assert page.cells == Page(bundle_readme(manifest, SOURCE)).cells


def test_the_same_input_gives_the_same_bytes_and_an_entry(manifest, tmp_path):
    entries = []
    for name in ("one", "two"):
        directory = tmp_path / name
        directory.mkdir()
        listed = write_readme(directory, manifest, SOURCE)
        assert [entry.path for entry in listed.files] == sorted([*(e.path for e in manifest.files), "README.md"])
        entry = next(entry for entry in listed.files if entry.path == "README.md")
        assert entry.size_bytes == len((directory / "README.md").read_bytes())
        assert dataclasses.replace(listed, files=manifest.files) == manifest
        entries.append(entry)
    assert entries[0] == entries[1]
