"""Labelled texts for the tests of cascades."""

from pathlib import Path

import numpy as np

WORDS = ("film", "movie", "good", "bad", "fine", "warm", "dull", "great", "awful", "long", "short", "not", "the", "sea")


def random_texts(count: int) -> list[str]:
    """Texts of two to five words, always the same."""
    seeded = np.random.default_rng(0)
    return [" ".join(seeded.choice(WORDS, seeded.integers(2, 6))) for _ in range(count)]


def write_rows(path: Path, rows: list[tuple[str, str]]) -> Path:
    """Write labels and texts as `cascade` reads them."""
    path.write_text("label\ttext_a\n" + "".join(f"{label}\t{text}\n" for label, text in rows), encoding="utf-8")
    return path
