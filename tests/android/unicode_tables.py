"""Reads off the `tokenizers` library how it sees each code point, and writes that as tables for the Java tokenizer.

    python -m tests.android.unicode_tables     writes the two Java files anew

The library's parts follow Unicode of different years: version 8 for punctuation, 12 at most for decompositions, 17 for
lower case. So no version of Java has its tables, and Android's change with the device. What is written here is asked of
the library itself.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from tokenizers import normalizers, pre_tokenizers

FOLDER = Path(__file__).resolve().parents[2] / "android_demo/core/src/main/java/edgepower/runtime/text/unicode"
CODE_POINTS = [code for code in range(0x110000) if not 0xD800 <= code <= 0xDFFF]
HANGUL = range(0xAC00, 0xAC00 + 11172)  # taken apart by a formula
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
# A mark of each canonical combining class that Unicode uses, in their order; what is asked is only which comes first.
CLASSES = (
    "334 93c 3099 94d 5b0 5b1 5b2 5b3 5b4 5b5 5b6 5b7 5b8 5b9 5bb 5bc 5bd 5bf 5c1 5c2 fb1e 64b 64c 64d 618 619 61a "
    "651 652 670 711 c55 c56 e38 e48 eb8 ec8 f71 f72 f74 321 1dce 31b 302a 316 59a 302e 1d16d 5ae 301 315 35c 35d 345"
)


def bert(**wanted: bool) -> Callable[[str], str]:
    """BERT's normaliser with only the `wanted` steps."""
    steps = dict.fromkeys(("clean_text", "handle_chinese_chars", "strip_accents", "lowercase"), False)
    return normalizers.BertNormalizer(**(steps | wanted)).normalize_str


def removed_by(normalize: Callable[[str], str]) -> list[int]:
    """Code points of which nothing is left."""
    return [code for code in CODE_POINTS if normalize(chr(code)) == ""]


def pieces_after_a(splitter: pre_tokenizers.PreTokenizer) -> Iterator[tuple[int, list[str]]]:
    """Each code point, with the words that a splitter finds where it stands between two letters."""
    for code in CODE_POINTS:
        yield code, [word for word, _ in splitter.pre_tokenize_str(f"a{chr(code)}b")]


def sets() -> dict[str, list[int]]:
    """What the library tells apart, as code points in order."""
    between = list(pieces_after_a(pre_tokenizers.BertPreTokenizer()))
    words = list(pieces_after_a(pre_tokenizers.Whitespace()))
    return {
        "WHITE_SPACE": [code for code, pieces in between if pieces == ["a", "b"]],
        "PUNCTUATION": [code for code, pieces in between if len(pieces) == 3],
        "WORD": [code for code, pieces in words if len(pieces) == 1],
        "UNCLEAN": removed_by(bert(clean_text=True)),
        "ACCENT": removed_by(bert(strip_accents=True)),
        "MARK": removed_by(normalizers.StripAccents().normalize_str),
        "NOT_COMPOSED": not_composed(),
    }


def changed_by(normalize: Callable[[str], str]) -> dict[int, str]:
    """Code points that become something else; Hangul syllables are left out."""
    changed = {code: normalize(chr(code)) for code in CODE_POINTS if code not in HANGUL}
    return {code: text for code, text in changed.items() if text != chr(code)}


def not_composed() -> list[int]:
    """Code points that are taken apart for good: composing does not bring them back."""
    compose = normalizers.NFC().normalize_str
    return [code for code, text in changed_by(normalizers.NFD().normalize_str).items() if compose(text) != chr(code)]


def combining_classes() -> dict[int, int]:
    """Where each mark stands among others of a letter: a number from 1, by the order of CLASSES."""
    order = normalizers.NFD().normalize_str
    marks = [chr(int(code, 16)) for code in CLASSES.split()]
    first, last = marks[0], marks[-1]
    found = {}
    for code in CODE_POINTS:
        mark = chr(code)
        if order(mark) != mark:
            continue  # it is taken apart, so it never stands among marks
        if order(mark + first) == mark + first and order(last + mark) == last + mark:
            continue  # a letter: nothing passes it
        place = next(place for place, other in enumerate(marks, 1) if order(mark + other) == mark + other)
        found[code] = place
    return found


def lowered() -> list[tuple[int, int, int, int]]:
    """Runs of capital letters: first, how many, the step from one to the next, and what is added to make them small."""
    runs: list[tuple[int, int, int, int]] = []
    for code, text in changed_by(normalizers.Lowercase().normalize_str).items():
        if len(text) > 1:
            continue  # U+0130 alone, which the code names
        added = ord(text) - code
        if runs and runs[-1][3] == added:
            begin, count, step, _ = runs[-1]
            gap = code - begin - step * (count - 1)
            if gap in (1, 2) and (count == 1 or gap == step):
                runs[-1] = (begin, count + 1, gap, added)
                continue
        runs.append((code, 1, 1, added))
    return runs


def number(value: int) -> str:
    """Write a number in base 36, as Java's Integer.parseInt reads it."""
    digits = ""
    rest = abs(value)
    while rest or not digits:
        rest, digit = divmod(rest, 36)
        digits = DIGITS[digit] + digits
    return "-" + digits if value < 0 else digits


def ranges(codes: Iterable[int]) -> list[int]:
    """Code points as distances: from 0 to the first range, to its end, to the next range, and so on."""
    edges: list[int] = []
    for code in codes:
        if edges and edges[-1] == code:
            edges[-1] = code + 1
        else:
            edges += [code, code + 1]
    return distances(edges)


def distances(values: Sequence[int]) -> list[int]:
    """Differences of neighbours, the first from 0."""
    return [value - before for before, value in zip([0, *values], values, strict=False)]


def mapping(changed: dict[int, str]) -> list[int]:
    """For each code point its distance from the one before, the size of what it becomes, and that."""
    flat: list[int] = []
    for gap, text in zip(distances(list(changed)), changed.values(), strict=True):
        flat += [gap, len(text), *map(ord, text)]
    return flat


def classes() -> list[int]:
    """Runs of marks of one class: distance from the end of the run before, size, class."""
    runs: list[list[int]] = []
    for code, place in combining_classes().items():
        if runs and runs[-1][0] + runs[-1][1] == code and runs[-1][2] == place:
            runs[-1][1] += 1
        else:
            runs.append([code, 1, place])
    flat, end = [], 0
    for begin, size, place in runs:
        flat += [begin - end, size, place]
        end = begin + size
    return flat


def constant(name: str, comment: str, values: Iterable[int]) -> str:
    """A Java constant that holds numbers, in lines of 120 columns."""
    lines, line = [], ""
    for text in map(number, values):
        if len(line) + len(text) > 100:
            lines.append(line)
            line = ""
        line += text + " "
    lines.append(line.rstrip())
    body = "\n            + ".join(f'"{each}"' for each in lines)
    return f"    /** {comment} */\n    static final String {name} =\n            {body};\n"


def java_class(name: str, comment: str, constants: Iterable[str]) -> str:
    """A Java file."""
    return (
        "package edgepower.runtime.text.unicode;\n\n"
        f"/**\n * {comment}\n *\n * <p>Written by {Path(__file__).name}; do not edit. Numbers are in base 36.\n */\n"
        f"final class {name} {{\n" + "\n".join(constants) + f"\n    private {name}() {{}}\n}}\n"
    )


COMMENTS = {
    "WHITE_SPACE": "What parts words.",
    "PUNCTUATION": "What stands as a word of its own.",
    "WORD": "Letters, digits, marks and joiners: what regular expressions call a word character.",
    "UNCLEAN": "Controls and their like, which BERT's normaliser removes.",
    "ACCENT": "Marks that BERT's normaliser removes from letters.",
    "MARK": "Marks that the normaliser StripAccents removes.",
    "NOT_COMPOSED": "What is taken apart and never put together again.",
}


def files() -> dict[str, str]:
    """The Java files, by their names."""
    canonical = changed_by(normalizers.NFD().normalize_str)
    full = changed_by(normalizers.NFKD().normalize_str)
    compatible = {code: text for code, text in full.items() if canonical.get(code) != text}
    runs = [value for run in lowered() for value in run]
    runs[::4] = distances(runs[::4])
    constants = [
        constant(name, COMMENTS[name] + " Distances of edges.", ranges(codes)) for name, codes in sets().items()
    ]
    constants += [
        constant("LOWERED", "Capital letters: distance, count, step, what is added to each.", runs),
        constant("CLASSES", "Combining marks: distance from the last run's end, count, place in the order.", classes()),
        constant("TAKEN_APART", "Canonical decompositions: distance, size, parts.", mapping(canonical)),
    ]
    own = constant("TAKEN_APART", "Compatibility decompositions: distance, size, parts.", mapping(compatible))
    return {
        "UnicodeTables.java": java_class("UnicodeTables", "How the tokenizers library sees code points.", constants),
        "CompatibilityTable.java": java_class("CompatibilityTable", "What NFKC and NFKD take apart besides.", [own]),
    }


def main() -> None:
    """Write the files."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in files().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
        sys.stdout.write(f"{FOLDER / name}: {len(text)} characters\n")


if __name__ == "__main__":
    main()
