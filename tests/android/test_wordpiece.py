"""The Java tokenizer against the `tokenizers` library, text by text, and the tables that it goes by."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.android import unicode_tables
from tests.android.install import REPOSITORY
from tests.android.wordpiece import SEED, Configuration, compare, configurations, fuzzed

pytestmark = pytest.mark.android

SHARED = REPOSITORY.parent / "shared"
VOCABULARY = SHARED / "data/vocab-bert-base-uncased/tokenizer.json"
# IMDB has more text than all others together, and would take a minute more.
SETS = sorted({path.parent.name for path in (SHARED / "data").glob("*/train.tsv")} - {"IMDB"})
FUZZED = 100_000


def test_fuzzed_texts_are_read_as_the_library_reads_them(library, tmp_path, capfd):
    found = compare(tmp_path, configurations(), fuzzed(SEED, FUZZED))
    with capfd.disabled():
        print(f"\nfuzzed, seed {SEED}: {found[-1]}")
    count, differences, places = map(int, re.findall(r"\d+", found[-1]))
    assert (count, differences) == (FUZZED, 0), found[:5]
    assert places <= FUZZED // 1000  # where marks change their order the library loses track of where they stood


def test_the_comparison_can_fail(library, tmp_path, monkeypatch):
    small, capital = configurations()[:2]
    encoder = small.encoder()
    # Java is given the tokenizer that keeps capital letters, and the answers of the one that does not.
    monkeypatch.setattr(Configuration, "encoder", lambda self: encoder)
    found = compare(tmp_path, [capital], ["Good Film", "good film"])
    assert found == ["text 0 differs", "2 texts, 1 differences, 0 other places"]


@pytest.mark.real
@pytest.mark.skipif(not VOCABULARY.is_file() or len(SETS) < 5, reason="needs vocabulary and data in ../shared")
def test_every_text_of_the_data_sets_is_read_as_the_library_reads_it(library, tmp_path, capfd):
    tokenizer = Configuration(VOCABULARY.read_text(encoding="utf-8"))
    found = compare(tmp_path, [tokenizer], (text for name in SETS for text in texts_of(SHARED / "data" / name)))
    with capfd.disabled():
        print(f"\n{len(SETS)} data sets: {found[-1]}")
    assert found[0].endswith(" texts, 0 differences, 0 other places"), found[:5]


def texts_of(folder: Path) -> Iterator[str | tuple[str, str]]:
    """Texts and pairs of a data set, with their columns after the label."""
    for path in sorted(folder.glob("*.tsv")):
        with path.open(encoding="utf-8", newline="") as file:
            rows = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
            next(rows)
            for _, first, *second in rows:
                yield (first, second[0]) if second else first


def test_the_tables_are_what_the_library_says():
    for name, text in unicode_tables.files().items():
        assert (unicode_tables.FOLDER / name).read_text(encoding="utf-8") == text, (
            f"{name} is not how the installed tokenizers library sees Unicode; python -m tests.android.unicode_tables"
        )
