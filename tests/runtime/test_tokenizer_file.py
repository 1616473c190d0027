"""A tokenizer.json from anyone: an answer or an error of ours, never what the tokenizers library raises."""

import copy
import json
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

from edge_power_runtime import BundleError, EdgePowerError
from edge_power_runtime.bundle.manifest import TokenizerEntry
from edge_power_runtime.text import TextEncoder
from edge_power_runtime.tokenizer_file import failure, read_tokenizer

ENTRY = TokenizerEntry(pad_id=0, has_token_types=True)
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]


def wordpiece() -> Tokenizer:
    words = [*SPECIAL, "a", "good", "film", "##s", "!"]
    tokenizer = Tokenizer(models.WordPiece({word: index for index, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return with_template(tokenizer)


def byte_pairs() -> Tokenizer:
    alphabet = [*SPECIAL, *sorted(pre_tokenizers.ByteLevel.alphabet()), "oo"]
    vocabulary = {token: index for index, token in enumerate(alphabet)}
    tokenizer = Tokenizer(models.BPE(vocabulary, [("o", "o")]))
    tokenizer.normalizer = normalizers.Replace(Regex(" +"), " ")
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel()
    return with_template(tokenizer)


def unigram() -> Tokenizer:
    pieces = [*SPECIAL, "\u2581good", "\u2581", *"abdfgilmo!"]
    tokenizer = Tokenizer(models.Unigram([(piece, -float(place)) for place, piece in enumerate(pieces)], unk_id=1))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.StripAccents()])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    return with_template(tokenizer)


def with_template(tokenizer: Tokenizer) -> Tokenizer:
    tokenizer.add_special_tokens(SPECIAL)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return tokenizer


def described(tokenizer: Tokenizer, **changes: Any) -> bytes:
    return json.dumps(json.loads(tokenizer.to_str()) | changes).encode()


def split_at(pattern: str) -> dict[str, Any]:
    return {"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated", "invert": False}


def test_regular_expression_that_explodes_is_one_line():
    encoder = TextEncoder.from_json(described(wordpiece(), pre_tokenizer=split_at("(a+)+$")), ENTRY)
    assert encoder.encode("aaa", 8).ids == (2, 1, 3)
    for read in (encoder.encode, encoder.tokens):
        with pytest.raises(BundleError, match="tokenizer.json fails on this text: the library panicked: .*retry-limit"):
            read("a" * 60 + "!", 8)
    assert encoder.encode("aaa", 8).ids == (2, 1, 3)  # and it answers on


def test_unknown_token_outside_the_vocabulary_is_one_line():
    model = json.loads(wordpiece().to_str())["model"] | {"unk_token": "[NONE]"}
    encoder = TextEncoder.from_json(described(wordpiece(), model=model), ENTRY)
    with pytest.raises(BundleError, match="tokenizer.json fails on this text: WordPiece error: Missing"):
        encoder.encode("zebra", 8)


def test_panic_while_loading_is_one_line_and_prints_nothing(capfd):
    template = json.loads(wordpiece().to_str())["post_processor"] | {"special_tokens": {}}
    with pytest.raises(BundleError, match="tokenizer.json cannot be read by the tokenizers library: .*no entry found"):
        read_tokenizer(described(wordpiece(), post_processor=template))
    assert capfd.readouterr() == ("", "")


def test_tokens_without_ids_are_refused():
    template = json.loads(wordpiece().to_str())["post_processor"]
    template["special_tokens"]["[CLS]"]["tokens"] = []
    with pytest.raises(
        BundleError, match=r"adds the tokens \['\[SEP\]'\] with the ids \[2, 3\] to a text; expected an id"
    ):
        read_tokenizer(described(wordpiece(), post_processor=template))


def test_tokenizer_loads_where_standard_error_is_closed(toy_bundle):
    code = (
        "import sys; from pathlib import Path; from edge_power_runtime.tokenizer_file import read_tokenizer;"
        "print(read_tokenizer(Path(sys.argv[1]).read_bytes()).get_vocab_size())"
    )
    command = ["sh", "-c", 'exec "$@" 2>&-', "sh", sys.executable, "-P", "-c", code, str(toy_bundle / "tokenizer.json")]
    found = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    assert found.stdout == "12\n"


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(1), GeneratorExit()])
def test_what_is_no_failure_of_the_library_passes(error):
    assert failure(error) is None


class Hang(BaseException):
    """A text took too long; the library holds no lock that Python's signals wait for."""


def test_interrupt_passes_through_encode():
    def interrupt(*_: object) -> None:
        raise Hang

    # The normalizers make 12.5 million characters of one: about a second, then Python sees the signal.
    multiply = {"type": "Replace", "pattern": {"Regex": "x"}, "content": "x" * 50}
    slow = described(byte_pairs(), normalizer={"type": "Sequence", "normalizers": [multiply] * 3})
    encoder = TextEncoder.from_json(slow, ENTRY)
    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.01)
    try:
        with pytest.raises(Hang):
            encoder.encode("xxxx", 8)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


TEXTS = (
    "a good film, good good goods!",
    "",
    "\u2603 nai\u0308ve \u4e2d\u6587 \u200d\U0001f600 [PAD] [SEP]\0",
    "  a\n" + "o" * 40,
    ("good", "a film"),
    ("", ""),
)
LARGE = 50
# By the type of what they replace, and values of another type now and then.
VALUES: dict[type, list[Any]] = {
    bool: [True, False],
    int: [0, 1, 3, 7, 2**16, 2**32 - 1, 2**32, -1],
    float: [0.0, -1.0, 1e308, -1e308],
    str: ["", "a", "o", "[UNK]", "[CLS]", "[NONE]", "\U0001f600", "Right", "Isolated", "(a+)+$", "(?=o)", "(", "\0"],
    list: [[], ["a"], [0], [["a", 0.0]]],
    dict: [{}, {"Regex": "o*"}, {"Regex": ""}, {"String": ""}, {"String": "oo"}],
    type(None): [0, "a", [], {}, True],
}


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place of a JSON value: what holds it, and its key there."""
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in entries:
        yield value, key
        yield from places(item)


def mutated(original: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    """The file with one to three values changed, removed or put elsewhere; entries of large vocabularies stay."""
    changed = copy.deepcopy(original)
    for _ in range(rng.choice([1, 1, 2, 3])):
        everywhere = list(places(changed))
        holder, key = rng.choice([place for place in everywhere if len(place[0]) < LARGE] or everywhere)
        kind = rng.random()
        if kind < 0.1:
            del holder[key]
        elif kind < 0.2:
            holder[key] = copy.deepcopy(rng.choice(everywhere)[0])
        elif kind < 0.3:
            holder[key] = rng.choice(VALUES[rng.choice(list(VALUES))])
        else:
            holder[key] = copy.deepcopy(rng.choice(VALUES[type(holder[key])]))
    return changed


def outcomes(seed: int, count: int) -> dict[str, int]:
    """Read and use `count` mutations of three tokenizers; anything but an answer or an error of ours gets out."""
    rng = random.Random(seed)
    originals = [json.loads(make().to_str()) for make in (wordpiece, byte_pairs, unigram)]
    found = {"refused": 0, "failed": 0, "answered": 0}
    for number in range(count):
        data = json.dumps(mutated(originals[number % 3], rng)).encode()
        entry = TokenizerEntry(0, True, rng.choice(["right", "left"]), rng.random() < 0.5)  # type: ignore[arg-type]
        try:
            encoder = TextEncoder.from_json(data, entry)
        except EdgePowerError:
            found["refused"] += 1
            continue
        for text in TEXTS:
            try:
                encoded = encoder.encode(text, 8)
                assert len(encoder.tokens(text, 8)) == len(encoded.type_ids) == encoded.num_tokens <= 8
                encoder.pad(encoded, 8)
                found["answered"] += 1
            except EdgePowerError:
                found["failed"] += 1
    return found


def test_mutations_of_tokenizer_json():
    found = outcomes(seed=7, count=1500)
    assert all(found.values()), found  # each way was gone


@pytest.mark.slow
def test_many_mutations_of_tokenizer_json():
    found = outcomes(seed=8, count=100_000)
    print(found)
    assert all(found.values()), found
