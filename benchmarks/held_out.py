"""Shares the data of a fit and its cascade out: rows to train on, and rows to choose by that nothing was trained on.

python -m benchmarks.held_out DATA OUTPUT

Writes OUTPUT/NAME/train.tsv and select.tsv, and dev.tsv where DATA/NAME has none. SST-2's training rows are phrases of
its sentences: 3,000 sentences are held out with all of their phrases, so that the rows to choose by are as long as
those of dev, and no part of them was seen. Other sets are shared out at random.
"""

import argparse
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

SEED = 0
SENTENCES = 3000
# Rows to choose by, and of a set without dev rows these too.
SELECT, DEV = {"AG-News": 2500, "banking77": 1500}, {"banking77": 1500}
# Shorter rows may be a whole text and a phrase of many others.
LEAST_WORDS = 4


def main() -> None:
    """Share out all sets."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("output", type=Path)
    given = parser.parse_args()
    head, rows = read(given.data / "SST-2" / "train.tsv")
    write(given.output / "SST-2", head, by_sentence(rows))
    for name, select in SELECT.items():
        head, rows = read(given.data / name / "train.tsv")
        random.Random(SEED).shuffle(rows)
        dev = DEV.get(name, 0)
        parts = {"dev": rows[:dev], "select": rows[dev : dev + select], "train": rows[dev + select :]}
        write(given.output / name, head, {part: found for part, found in parts.items() if found})


def by_sentence(rows: Sequence[str]) -> dict[str, list[str]]:
    """Hold whole sentences out, with every row that is a phrase of one."""
    texts = [tuple(row.split("\t")[1].lower().split()) for row in rows]
    phrases = {phrase for text in texts for phrase in phrases_of(text) if phrase != text}
    sentences = [place for place, text in enumerate(texts) if text not in phrases and len(text) >= LEAST_WORDS]
    chosen = set(random.Random(SEED).sample(sentences, SENTENCES))
    unseen = {phrase for place in chosen for phrase in phrases_of(texts[place])}
    return {
        "select": [rows[place] for place in sorted(chosen)],
        "train": [row for row, text in zip(rows, texts, strict=True) if text not in unseen],
    }


def phrases_of(text: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """All runs of neighbouring words, the whole text among them."""
    return (text[first:last] for first in range(len(text)) for last in range(first + 1, len(text) + 1))


def read(path: Path) -> tuple[str, list[str]]:
    """The header and the rows."""
    head, *rows = path.read_text(encoding="utf-8").split("\n")
    return head, [row for row in rows if row]


def write(directory: Path, head: str, parts: dict[str, list[str]]) -> None:
    """Write a file for each part."""
    directory.mkdir(parents=True, exist_ok=True)
    for part, rows in parts.items():
        (directory / f"{part}.tsv").write_text("\n".join((head, *rows)) + "\n", encoding="utf-8")
        print(directory / f"{part}.tsv", len(rows))


if __name__ == "__main__":
    main()
