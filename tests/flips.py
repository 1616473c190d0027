"""Every byte of a bundle flipped, one at a time: is it refused in one line, or is the answer what it was?

python -m tests.flips                  counts what became of the flips of every byte of the tiny bundle
"""

import random
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from edge_power_runtime import Bundle, Classifier, EdgePowerError
from edge_power_runtime.bundle.files import FileEntry
from edge_power_runtime.verify import verify

TEXTS = ("a good film", ("a film", "not bad at all, never dull"))


@dataclass(frozen=True, slots=True)
class Answers:
    """What a bundle says, in all that a user is shown.

    Attributes:
        found: of each text the label, the logits and the words kept.
        passed: whether every golden example is met.
    """

    found: tuple[tuple[str | None, tuple[float, ...], tuple[int, ...]], ...]
    passed: bool

    @classmethod
    def of(cls, bundle: Path, engine: str) -> "Answers":
        """Open a bundle, ask it, and verify it."""
        classifier = Classifier.open(bundle, engine=engine)
        found = tuple((one.label, one.logits, one.kept) for one in classifier.classify(TEXTS))
        return cls(found, all(check.passed for check in verify(bundle, engine=engine)))


def files_of(bundle: Path) -> list[str]:
    """Every file of a bundle, by its path inside."""
    return sorted(path.relative_to(bundle).as_posix() for path in bundle.rglob("*") if path.is_file())


def flips(size: int, step: int, seed: int) -> Iterator[tuple[int, int]]:
    """Places and bits: one bit, drawn, of every `step`-th byte."""
    draw = random.Random(seed)
    for place in range(draw.randrange(step) if step > 1 else 0, size, step):
        yield place, 1 << draw.randrange(8)


def files_read(bundle: Path, engine: str) -> list[str]:
    """The files that matter to an engine; those of others no reader looks at."""
    others = (item.files for item in Bundle.open(bundle).manifest.artifacts if item.engine != engine)
    left_out = {entry.path for files in others for entry in files}
    return [name for name in files_of(bundle) if name not in left_out]


def flip_file(bundle: Path, name: str, engine: str, expected: Answers, *, step: int = 1) -> Counter[str]:
    """Flip bytes of one file of a bundle, which is as it was at the end.

    Returns:
        How often it was refused by an error of ours, and how often the answers were the same; a flip with another
        answer, or with another exception, is counted by what it was.
    """
    path, counted, opened = bundle / name, Counter[str](), Bundle.open(bundle)
    listed = [entry for entry in opened.manifest.listed if entry.path == name]
    content = path.read_bytes()
    for place, bit in flips(len(content), step, seed=len(content)):
        altered = bytearray(content)
        altered[place] ^= bit
        path.write_bytes(altered)
        counted[_outcome(opened, listed, engine, expected, f"{place} of {name}")] += 1
    path.write_bytes(content)
    return counted


def _outcome(opened: Bundle, listed: list[FileEntry], engine: str, expected: Answers, where: str) -> str:
    try:
        opened.check(listed)  # as every reader does first; to open an engine for that would take days
        return "same answer" if Answers.of(opened.path, engine) == expected else f"another answer: {where}"
    except EdgePowerError:
        return "refused"
    except Exception as error:  # the very thing that is looked for
        return f"{type(error).__name__}: {where}"


def main() -> None:
    """Flip every byte, for every engine, and print a table."""
    source = Path(__file__).parent / "data" / "tiny-bundle"
    with tempfile.TemporaryDirectory() as folder:
        bundle = Path(shutil.copytree(source, Path(folder) / "bundle"))
        for engine in ("onnx", "tflite", "executorch"):
            expected, total = Answers.of(bundle, engine), Counter[str]()
            for name in files_read(bundle, engine):
                total += flip_file(bundle, name, engine, expected)
            sys.stdout.write(f"{engine}: {sum(total.values())} flips, {dict(total)}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
