"""Texts of every kind for the Java tokenizer, with what the `tokenizers` library makes of them.

    python -m tests.android.wordpiece FOLDER COUNT    compares COUNT fuzzed texts, and says how long it took

The answers are checksums, so that a file holds some hundred thousand texts; `CompareMain.java` reads it.
"""

import json
import random
import struct
import subprocess
import sys
import time
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from edge_power_runtime.bundle.manifest import TokenizerEntry
from edge_power_runtime.errors import EdgePowerError
from edge_power_runtime.text import Text, TextEncoder
from tests.android.install import REPOSITORY
from tests.android.jvm import JUNIT, ONNXRUNTIME, compile_core, compile_core_tests, java_command, java_environment

SEED = 20_240_229
TINY = json.loads((REPOSITORY / "tests/data/tiny-bundle/tokenizer.json").read_text(encoding="utf-8"))
VOCABULARY = list(TINY["model"]["vocab"])
WORDS = [piece for piece in VOCABULARY if piece.isalpha() and len(piece) > 1]
SPELLED_OUT = "[CLS] [SEP] [PAD] [MASK] [UNK] [USER] <br> [END] [M] goodfilm GoodFilm Ünï".split()
# Ranges of code points that have a kind of their own; the last is every plane.
RANGES = (
    (0x00, 0x1F),  # controls, NUL among them
    (0x7F, 0x9F),
    (0xA0, 0x17F),  # accents, white space that does not break
    (0x180, 0x58F),
    (0x300, 0x36F),  # combining
    (0x590, 0x6FF),  # right to left
    (0x900, 0xE7F),  # vowels around letters, no spaces
    (0xF00, 0xFFF),
    (0x1100, 0x11FF),  # Hangul in parts
    (0x1D00, 0x1FFF),
    (0x2000, 0x206F),  # spaces, joiners, bidi
    (0x2070, 0x2BFF),
    (0x3040, 0x33FF),
    (0x4E00, 0x9FFF),
    (0xA640, 0xABFF),
    (0xAC00, 0xD7A3),  # Hangul
    (0xF900, 0xFDFF),  # ligatures, some of which become 18 letters
    (0xFE00, 0xFFFF),
    (0x10000, 0x12FFF),
    (0x1D100, 0x1D7FF),
    (0x1F000, 0x1FAFF),
    (0x20000, 0x2FA1F),
    (0xE0000, 0xE01EF),
    (0x00, 0x10FFFF),
)
MAX_LENGTHS = (2, 3, 4, 5, 8, 16, 64, 128, 512)
SPACES = (" ", " ", " ", "  ", "\t", "\n", "\r\n", "\u00a0", "\u3000", "\u2028", "\x85", "\x0b", "")
EMOJI = ("👩\u200d💻", "🏳️\u200d🌈", "👍🏽", "🇫🇷", "1\ufe0f\u20e3", "❤️")
BIDI = ("\u200e", "\u200f", "\u202a", "\u202b", "\u202c", "\u202d", "\u202e", "\u2066", "\u2067", "\u2069")
LETTERS = "aeinorstAEINORSTäöüßÄÖÜéèêñçøåİıŞŻΣσςΑάώйёЖדשمعักゟか한국漢字ﬁǅ①ｱ²½Å"
EXTRA = ["##" + letter for letter in "abcdefghijklmnopqrstuvwxyz"] + list("abcdefghijklmnopqrstuvwxyz0123456789.,!?'-")
EXTRA += "é ##é ä İ i̇ σ ##σ ς 漢 ##字 한 ㅎ ##\u0301 👍 ##🏽 ## ##ing < >".split()


@dataclass(frozen=True)
class Configuration:
    """A tokenizer, and what a manifest adds.

    Attributes:
        json: the content of tokenizer.json.
        left: whether a text that is too long keeps its end.
        split_special_tokens: whether spelled special tokens are ordinary text.
    """

    json: str
    left: bool = False
    split_special_tokens: bool = False

    def encoder(self) -> TextEncoder:
        """The Python runtime's own."""
        return TextEncoder.from_json(self.json.encode(), self.entry())

    def entry(self) -> TokenizerEntry:
        """The manifest's part."""
        side = "left" if self.left else "right"
        return TokenizerEntry(
            pad_id=0, has_token_types=True, truncation_side=side, split_special_tokens=self.split_special_tokens
        )


@dataclass
class Parts:
    """What a tokenizer.json is made of; the defaults are BERT's, without capital letters."""

    normalizer: Any = field(default_factory=lambda: bert())
    splitter: Any = field(default_factory=lambda: {"type": "BertPreTokenizer"})
    template: Any = field(default_factory=lambda: bert_template())
    added: list[dict[str, Any]] = field(default_factory=list)
    prefix: str = "##"
    longest: int = 100

    def text(self) -> str:
        """The file."""
        vocabulary = {piece: index for index, piece in enumerate(dict.fromkeys([*VOCABULARY, *EXTRA]))}
        special = [token(name, special=True, normalized=False) for name in "[PAD] [UNK] [CLS] [SEP] [MASK]".split()]
        added = [{"id": vocabulary.get(one["content"], 9999), **one} for one in [*special, *self.added]]
        model = {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": self.prefix}
        model |= {"max_input_chars_per_word": self.longest, "vocab": vocabulary}
        parts = {"normalizer": self.normalizer, "pre_tokenizer": self.splitter, "post_processor": self.template}
        head = {"version": "1.0", "truncation": None, "padding": None, "added_tokens": added}
        return json.dumps(head | parts | {"decoder": None, "model": model})


def token(content: str, **flags: bool) -> dict[str, Any]:
    """An added token."""
    names = ("single_word", "lstrip", "rstrip", "normalized", "special")
    return {"content": content, **dict.fromkeys(names, False), **flags}


def bert(**changed: bool | None) -> dict[str, Any]:
    """BERT's normaliser."""
    usual = {"clean_text": True, "handle_chinese_chars": True, "strip_accents": None, "lowercase": True}
    return {"type": "BertNormalizer", **usual, **changed}


def bert_template() -> dict[str, Any]:
    """[CLS] A [SEP] B [SEP], as TemplateProcessing has it."""
    cls, sep = ({"SpecialToken": {"id": name, "type_id": 0}} for name in ("[CLS]", "[SEP]"))
    first, second = ({"Sequence": {"id": name, "type_id": kind}} for name, kind in (("A", 0), ("B", 1)))
    end = {"SpecialToken": {"id": "[SEP]", "type_id": 1}}
    special = {name: {"id": name, "ids": [index], "tokens": [name]} for name, index in (("[CLS]", 2), ("[SEP]", 3))}
    pair = [cls, first, sep, second, end]
    return {"type": "TemplateProcessing", "single": [cls, first, sep], "pair": pair, "special_tokens": special}


def odd_template() -> dict[str, Any]:
    """A template that few have: the second text first, two ids for one name, types that are no 0 and 1."""
    both = {"id": "both", "ids": [3, 4], "tokens": ["[SEP]", "[MASK]"]}
    first, second = ({"Sequence": {"id": name, "type_id": kind}} for name, kind in (("A", 2), ("B", 5)))
    special = {"SpecialToken": {"id": "both", "type_id": 1}}
    single, pair = [first, special], [second, special, first]
    return {"type": "TemplateProcessing", "single": single, "pair": pair, "special_tokens": {"both": both}}


ADDED = [
    token("goodfilm", normalized=True),
    token("[USER]", special=True),
    token("day", single_word=True),
    token("<br>", lstrip=True, rstrip=True),
    token("Ünï", normalized=True, rstrip=True),
    token("GOOD", normalized=True, single_word=True, lstrip=True),
    token("[M]", special=True, normalized=True, lstrip=True),
    token("film"),
    token("films", special=True, single_word=True),
    token("a b", normalized=True),
    token("👍"),
    token("漢", normalized=True),
    token("é", single_word=True, rstrip=True),
]


def configurations() -> list[Configuration]:
    """Tokenizers of BERT's family, and of what people make of it."""
    sequence = {"type": "Sequence", "normalizers": [{"type": "NFD"}, {"type": "Lowercase"}, {"type": "StripAccents"}]}
    parts = [
        Parts(),
        Parts(bert(lowercase=False)),
        Parts(bert(strip_accents=False)),
        Parts(bert(lowercase=False, strip_accents=True)),
        Parts(bert(clean_text=False, handle_chinese_chars=False)),
        Parts(added=ADDED),
        Parts(bert(lowercase=False), added=ADDED),
        Parts(sequence, {"type": "Whitespace"}, added=ADDED),
        Parts({"type": "NFKC"}, {"type": "WhitespaceSplit"}),
        Parts({"type": "NFC"}),
        Parts({"type": "Sequence", "normalizers": [{"type": "NFKD"}, bert(strip_accents=True)]}, prefix="", longest=20),
        Parts({"type": "Lowercase"}, None, longest=5),
        Parts(None, {"type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"}, {"type": "BertPreTokenizer"}]}),
        Parts(template={"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]}),
        Parts(template=odd_template()),
        Parts(template=None, longest=3),
    ]
    texts = [part.text() for part in parts]
    chosen = [Configuration(text) for text in texts]
    chosen += [Configuration(texts[index], left=True) for index in (0, 5, 14)]
    chosen += [Configuration(texts[index], split_special_tokens=True) for index in (0, 5, 6)]
    return chosen


def fuzzed(seed: int, count: int) -> Iterator[Text]:
    """Texts of every kind; one in three is a pair, and some are of 100 kB."""
    rng = random.Random(seed)
    for index in range(count):
        if index % 5000 == 4999:
            yield endless(rng)
        elif rng.random() < 1 / 3:
            yield one(rng), one(rng)
        else:
            yield one(rng)


def endless(rng: random.Random) -> str:
    """100 kB without an end: a word, marks, blanks, letters that become several."""
    kind = rng.choice(
        ("x", "\u0301", " ", "#", "İ", "漢", "a\u0323\u0301", "👍", "[SEP]", "\u0315\u0300\u0345", "<br> ")
    )
    return kind * (100_000 // len(kind))


def one(rng: random.Random) -> str:
    """A text of some pieces."""
    pieces = []
    for _ in range(rng.choice((0, 1, 2, 4, 8, 16))):
        pieces += [piece(rng), rng.choice(SPACES)]
    return "".join(pieces)


def piece(rng: random.Random) -> str:
    """A word, a token that is spelled out, or characters of any plane."""
    kind = rng.random()
    if kind < 0.3:
        word = rng.choice(WORDS)
        return rng.choice((word, word.title(), word.upper(), word + rng.choice(WORDS), word[:2] + "\u0301" + word[2:]))
    if kind < 0.45:
        return rng.choice((*SPELLED_OUT, *(one["content"] for one in ADDED)))
    if kind < 0.55:
        return rng.choice((*EMOJI, *BIDI))
    if kind < 0.57:
        return character(rng) * rng.choice((99, 100, 101, 300))
    if kind < 0.575:
        return chr(rng.randint(0xD800, 0xDFFF))
    if kind < 0.8:
        return "".join(rng.choice(LETTERS) for _ in range(rng.randint(1, 8)))
    return "".join(character(rng) for _ in range(rng.randint(1, 6)))


def character(rng: random.Random) -> str:
    """A character of a range that has a kind of its own."""
    code = rng.randint(*rng.choice(RANGES))
    return chr(code) if not 0xD800 <= code <= 0xDFFF else "\u0345"


def answer(encoder: TextEncoder, text: Text, max_length: int) -> tuple[int, int]:
    """Checksums of what the Python runtime says of a text, and of where its tokens stand; 0 where that is an error."""
    try:
        encoding, rows = encoder.cut(text, max_length)
    except EdgePowerError as error:
        return zlib.crc32(str(error).encode()), 0
    ids, types, tokens = encoding.ids, encoding.type_ids, encoding.tokens
    whole = len(ids) <= max_length
    numbers = [int(not whole), len(ids), *(ids[row] for row in rows), *(types[row] for row in rows)]
    found = struct.pack(f">{len(numbers)}i", *numbers) + "".join(tokens[row] + "\n" for row in rows).encode()
    parts, words, offsets = encoding.sequence_ids, encoding.word_ids, encoding.offsets
    places: list[int] = []
    for row in rows:
        special = parts[row] is None
        places += (-1, 0, 0, -1) if special else (parts[row], *offsets[row], words[row])
    return zlib.crc32(found), zlib.crc32(struct.pack(f">{len(places)}i", *places))


def write(file: BinaryIO, chosen: list[Configuration], texts: Iterable[Text], *, places: bool = True) -> int:
    """Write texts, each with a tokenizer by turns and a length that is drawn; how many there are."""
    file.write(struct.pack(">i", len(chosen)))
    for configuration in chosen:
        content = configuration.json.encode()
        flags = (configuration.left, configuration.split_special_tokens)
        file.write(struct.pack(">??i", *flags, len(content)) + content)
    rng, encoders = random.Random(SEED), [configuration.encoder() for configuration in chosen]
    records = []
    for index, text in enumerate(texts):
        which, most = index % len(chosen), rng.choice(MAX_LENGTHS)
        checksum, placed = answer(encoders[which], text, most)
        first, second = (text, None) if isinstance(text, str) else text
        record = struct.pack(">ii", which, most) + packed(first)
        record += struct.pack(">?", second is not None) + (packed(second) if second is not None else b"")
        records.append(record + struct.pack(">II", checksum, placed if places else 0))
    file.write(struct.pack(">i", len(records)) + b"".join(records))
    return len(records)


def packed(text: str) -> bytes:
    """A text as UTF-16, lone surrogates and all."""
    units = text.encode("utf-16-be", "surrogatepass")
    return struct.pack(">i", len(units) // 2) + units


def compare(folder: Path, chosen: list[Configuration], texts: Iterable[Text]) -> list[str]:
    """Have Java read the texts too; its last line says how many there were and how many differ."""
    with (folder / "texts").open("wb") as file:
        write(file, chosen, texts)
    classpath = [compile_core_tests(), compile_core(), ONNXRUNTIME, *JUNIT]
    command = java_command(classpath, "edgepower.runtime.text.CompareMain", [str(folder)], options=["-Xmx1g"])
    found = subprocess.run(command, env=java_environment(), capture_output=True, text=True)
    if found.returncode:
        raise AssertionError(found.stderr)
    return found.stdout.splitlines()


def main() -> None:
    """Compare fuzzed texts, and print the first that differ."""
    folder, count = Path(sys.argv[1]), int(sys.argv[2])
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else SEED
    begin, chosen = time.process_time(), configurations()
    lines = compare(folder, chosen, fuzzed(seed, count))
    texts = list(fuzzed(seed, count))
    for line in lines[:-1]:
        index = int(line.split()[1])
        sys.stdout.write(f"{line}: tokenizer {index % len(chosen)}, {ascii(texts[index])[:300]}\n")
    sys.stdout.write(f"{lines[-1]}; {time.process_time() - begin:.1f} s of CPU here\n")


if __name__ == "__main__":
    main()
