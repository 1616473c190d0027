"""Checkpoints whose tokenizers differ, as transformers reads them, and texts of every kind to try them on."""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer, processors

from edge_power_runtime.text import Text
from tests.tiny import VOCABULARY, WORDS
from tests.tiny_families import family_checkpoint


def added(content: str, **flags: bool) -> dict[str, Any]:
    """An added token, as tokenizer_config.json spells one."""
    usual = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": False}
    return {"content": content, **usual, **flags}


@dataclass(frozen=True)
class Case:
    """A checkpoint.

    Attributes:
        family: see tests/tiny_families.py.
        config: put over tokenizer_config.json.
        special_tokens_map: the content of that file, as older checkpoints have it.
        change: is given the directory last, to change what is in it.
    """

    family: str
    config: dict[str, Any] = field(default_factory=dict)
    special_tokens_map: dict[str, Any] | None = None
    change: Callable[[Path], None] = lambda directory: None

    def write(self, directory: Path) -> Path:
        """Write model and tokenizer; the directory."""
        family_checkpoint(directory, self.family, spare=8)
        path = directory / "tokenizer_config.json"
        config = json.loads(path.read_text(encoding="utf-8")) | self.config
        path.write_text(json.dumps(config), encoding="utf-8")
        if self.special_tokens_map is not None:
            (directory / "special_tokens_map.json").write_text(json.dumps(self.special_tokens_map), encoding="utf-8")
        self.change(directory)
        return directory


def only_a_vocabulary(directory: Path) -> None:
    """Leave vocab.txt alone, as the first BERT had it."""
    (directory / "tokenizer.json").unlink()
    (directory / "vocab.txt").write_text("\n".join(VOCABULARY) + "\n", encoding="utf-8")


def own_template(directory: Path) -> None:
    """A tokenizer.json with a template and a cut of its own, which the class for any tokenizer leaves as it is."""
    tokenizer = Tokenizer.from_file(str(directory / "tokenizer.json"))
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP] [MASK]",
        pair="[CLS] $A [MASK] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3), ("[MASK]", 4)],
    )
    tokenizer.enable_truncation(9, direction="left")
    tokenizer.enable_padding(length=12)
    tokenizer.save(str(directory / "tokenizer.json"))


ADDED_TO_BERT = {
    "109": added("goodfilm", normalized=True),
    "110": added("[USER]", special=True),
    "111": added("day", single_word=True),
    "112": added("<br>", lstrip=True, rstrip=True),
    "113": added("Ünï", normalized=True, rstrip=True),
}

CASES = {
    "bert": Case("bert"),
    "bert-left": Case("bert", {"truncation_side": "left"}),
    "bert-no-types": Case("bert", {"model_input_names": ["input_ids", "attention_mask"]}),
    "bert-left-no-types": Case("bert", {"truncation_side": "left", "model_input_names": ["input_ids"]}),
    "bert-cased": Case("bert", {"do_lower_case": False}),
    "bert-accents": Case("bert", {"strip_accents": False}),
    "bert-cased-no-accents": Case("bert", {"do_lower_case": False, "strip_accents": True}),
    "bert-chinese-words": Case("bert", {"tokenize_chinese_chars": False}),
    "bert-split-special": Case("bert", {"split_special_tokens": True, "truncation_side": "left"}),
    "bert-added": Case("bert", {"added_tokens_decoder": ADDED_TO_BERT, "extra_special_tokens": ["[USER]", "night"]}),
    "bert-other-special": Case(
        "bert",
        {"padding_side": "left", "model_max_length": 6, "do_basic_tokenize": False},
        special_tokens_map={"sep_token": "[END]", "unk_token": "good", "mask_token": added("[M]", lstrip=True)},
    ),
    "bert-vocabulary": Case("bert", change=only_a_vocabulary),
    "bert-template": Case("bert", {"tokenizer_class": "PreTrainedTokenizerFast"}, change=own_template),
    "distilbert": Case("distilbert", {"truncation_side": "left"}),
    "electra": Case("electra", {"additional_special_tokens": ["film"], "image_token": "sea"}),
    "roberta": Case("roberta"),
    "roberta-prefix-left": Case("roberta", {"add_prefix_space": True, "truncation_side": "left"}),
    "roberta-mask": Case("roberta", {"mask_token": added("<mask>", lstrip=True) | {"__type": "AddedToken"}}),
    "xlm-roberta": Case("xlm-roberta"),
    "xlm-roberta-split-special": Case("xlm-roberta", {"split_special_tokens": True, "add_prefix_space": False}),
    "albert": Case("albert", {"truncation_side": "left"}),
    "albert-types": Case("albert", {"model_input_names": ["input_ids", "token_type_ids"], "keep_accents": True}),
    "camembert": Case("camembert", {"do_lower_case": True}),
}

# Ranges of code points that have a kind of their own; the last is every plane.
RANGES = (
    (0x00, 0x1F),  # controls, NUL among them
    (0x7F, 0x9F),
    (0xA0, 0x17F),  # accents, white space that does not break
    (0x300, 0x36F),  # combining
    (0x590, 0x6FF),  # right to left
    (0xE00, 0xE7F),  # no spaces
    (0x1100, 0x11FF),  # Hangul in parts
    (0x2000, 0x206F),  # spaces, joiners, bidi
    (0x3040, 0x30FF),
    (0x4E00, 0x9FFF),
    (0xFB00, 0xFDFF),  # ligatures, some of which become 18 letters
    (0xFE00, 0xFFFF),
    (0x1F300, 0x1FAFF),
    (0x20000, 0x2FA1F),
    (0xE0000, 0xE01EF),
    (0x00, 0x10FFFF),
)
SPELLED_OUT = "[CLS] [SEP] [PAD] [MASK] [UNK] <s> </s> <pad> <mask> <unk>".split()
SPELLED_OUT += "[USER] <br> [END] [M] goodfilm GoodFilm Ünï".split()
SPACES = (" ", "  ", "\t", "\n", "\r\n", "\u00a0", "\u3000", "")


def any_text(rng: random.Random) -> Text:
    """A text or, one time in three, a pair; most have some dozen pieces, a few are long."""
    if rng.random() < 1 / 3:
        return _one(rng), _one(rng)
    return _one(rng)


def _one(rng: random.Random) -> str:
    pieces = []
    for _ in range(rng.choice((0, 1, 3, 6, 12, 30))):
        kind = rng.random()
        if kind < 0.45:
            pieces.append(_cased(rng, rng.choice(WORDS)))
        elif kind < 0.6:
            pieces.append(rng.choice(SPELLED_OUT))
        elif kind < 0.62:
            pieces.append(_character(rng) * rng.choice((101, 300)))
        elif kind < 0.64:
            pieces.append("👩\u200d💻🏳️\u200d🌈"[: rng.randint(1, 8)])
        else:
            pieces.append("".join(_character(rng) for _ in range(rng.randint(1, 4))))
        pieces.append(rng.choice(SPACES))
    return "".join(pieces)


def _cased(rng: random.Random, word: str) -> str:
    return rng.choice((word, word, word.title(), word.upper()))


def _character(rng: random.Random) -> str:
    code = rng.randint(*rng.choice(RANGES))
    return chr(code) if not 0xD800 <= code <= 0xDFFF else "\ufffd"
