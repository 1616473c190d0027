"""`edge-power explain`: pieces to words, the way of a text through a model, and how both are drawn."""

import json
import re
import shutil
from html.parser import HTMLParser

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

from edge_power.errors import CheckpointError
from edge_power.explaining.explanation import Explanation, Stage, Verdict
from edge_power.explaining.page import page
from edge_power.explaining.sources import explain_bundle, explain_checkpoint
from edge_power.explaining.terminal import draw, fold
from edge_power.explaining.words import Reading, Word, read_words
from edge_power.model.macs import count_macs, count_unpruned
from edge_power.model.retention_file import parse_keep, parse_retention
from edge_power.model.tokenizer import text_encoder
from edge_power_runtime import Classifier, InputError, RetentionError
from edge_power_runtime.bundle.manifest import TokenizerEntry
from edge_power_runtime.reading.printable import printable
from edge_power_runtime.text import TextEncoder
from tests.edge_power.conftest import assert_refused
from tests.tiny import KEEP, tiny_config, tiny_model, tiny_tokenizer

TEXT = "Two films, not BAD!"
ANY_TEXT = st.text(st.characters(codec="utf-8"), max_size=40)


def wordpiece():
    return tiny_tokenizer().backend_tokenizer


def byte_level_bpe():
    """As RoBERTa has it: a word's leading space is a part of its first piece."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=270, initial_alphabet=alphabet, special_tokens=["<s>", "</s>"], show_progress=False
    )
    tokenizer.train_from_iterator(["a good film"] * 4, trainer)
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 1), ("<s>", 0), trim_offsets=False)
    return tokenizer


def unigram():
    """As ALBERT has it: NFKC, and a mark for each space."""
    letters = [(letter, -5.0) for letter in "▁abcdefghijklmnopqrstuvwxyz,.!"]
    pieces = [("[UNK]", 0.0), ("[CLS]", 0.0), ("[SEP]", 0.0), ("▁film", -1.0), ("▁good", -1.0), *letters]
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=0))
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 1), ("[SEP]", 2)]
    )
    return tokenizer


def one_number():
    """Pieces that keep their spaces, and no word numbers to tell them apart."""
    tokenizer = unigram()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(split=False)
    return tokenizer


TOKENIZERS = (wordpiece, byte_level_bpe, unigram, one_number)


def read(tokenizer, text, max_length):
    return read_words(TextEncoder(tokenizer, TokenizerEntry(pad_id=0, has_token_types=False)), text, max_length)


def spellings(reading):
    return [word.spelling for word in reading.words]


# pieces to words


@pytest.mark.parametrize("make", TOKENIZERS)
def test_pieces_become_words_whatever_the_tokenizer(make):
    reading = read(make(), "good films", 99)
    opening, *words, closing = reading.words
    assert [(word.spelling, word.part, word.spaced) for word in words] == [("good", 0, True), ("films", 0, True)]
    assert (opening.part, closing.part) == (None, None)
    assert len(words[1].pieces) >= 2
    assert (opening.spelling, closing.spelling) == (reading.tokens[0], reading.tokens[-1])


def test_the_text_keeps_its_own_spelling():
    """The tokenizer lowers case and takes accents off; the reader does not."""
    reading = read(wordpiece(), "  Films,\tnot  DÉJÀ\nbad!", 99)
    assert spellings(reading) == ["[CLS]", "Films", ",", "not", "DÉJÀ", "bad", "!", "[SEP]"]
    assert [word.spaced for word in reading.words] == [True, True, False, True, True, True, False, True]


def test_a_pair_is_read_in_two_parts():
    reading = read(wordpiece(), ("good ?", "never good"), 99)
    assert spellings(reading) == ["[CLS]", "good", "?", "[SEP]", "never", "good", "[SEP]"]
    assert [word.part for word in reading.words] == [None, 0, 0, None, 1, 1, None]


def test_white_space_of_its_own_is_named_by_its_token():
    """Byte-level BPE has a token for a line break, whose span holds nothing to show."""
    assert spellings(read(byte_level_bpe(), "a\n\nb", 99)) == ["<s>", "a", "Ċ", "Ċ", "b", "</s>"]


def test_characters_that_become_several_are_one_word():
    """NFKC makes five letters of the one; all of them have its offsets."""
    assert spellings(read(unigram(), "a ㌔ b", 99))[1:-1] == ["a", "㌔", "b"]


@pytest.mark.parametrize("text", ["film " * 50, ("film " * 50, "good"), ("good bad", "films " * 50)])
def test_a_long_text_is_cut_as_a_device_cuts_it(model, text):
    reading = read(wordpiece(), text, 16)
    assert reading.tokens == text_encoder(model).tokens(text, 16)
    assert reading.cut == len(read(wordpiece(), text, 10**6).tokens) - 16
    assert [piece for word in reading.words for piece in word.pieces] == list(range(16))


@pytest.mark.parametrize("make", TOKENIZERS)
@settings(max_examples=60, deadline=None)
@given(first=ANY_TEXT, second=ANY_TEXT)
def test_every_token_is_of_one_word_and_every_word_of_the_text(make, first, second):
    reading = read(make(), (first, second), 10**6)
    assert [piece for word in reading.words for piece in word.pieces] == list(range(len(reading.tokens)))
    for part, text in enumerate((first, second)):
        end = 0
        for word in reading.words:
            if word.part != part or word.spelling not in text:
                continue  # a token that stands for white space alone
            end = text.index(word.spelling, end) + len(word.spelling)


# the way of a text through a model


def run(model, text, length, retention):
    """The eager model on a text by hand."""
    encoded = model.tokenizer(*((text,) if isinstance(text, str) else text), return_tensors="pt")
    padded = {name: torch.nn.functional.pad(item, (0, length - item.shape[1])) for name, item in encoded.items()}
    with torch.no_grad():
        return model(**padded, retention=retention)


@pytest.mark.parametrize("text", [TEXT, "film", "", ("good ?", "never good films")])
def test_a_checkpoint_runs_at_the_true_length(model, text):
    found = explain_checkpoint(model, text, parse_keep(KEEP))
    config = parse_keep(KEEP).at(found.num_tokens, encoders=4)
    expected = run(model, text, found.num_tokens, config)
    assert [stage.kept for stage in found.stages[:-1]] == [
        tuple(kept[0].tolist()) for kept in expected.encoder.survivors
    ]
    assert found.stages[-1] == Stage((0,))
    for stage, scores in zip(found.stages, expected.encoder.scores, strict=False):
        wanted = () if scores.isnan().all() else [None if score != score else score for score in scores[0].tolist()]
        assert stage.scores == pytest.approx(tuple(wanted), abs=1e-6)  # the same operations twice
    # The same numbers by the same code; softmax in float32 is exact to some 1e-7.
    np.testing.assert_allclose(found.prediction.scores, expected.logits[0].softmax(-1), rtol=0, atol=1e-6)
    full = run(model, text, found.num_tokens, None).logits[0].softmax(-1)
    np.testing.assert_allclose(found.unpruned.scores, full, rtol=0, atol=1e-6)
    assert found.prediction.label == model.config.labels[int(expected.logits.argmax())]
    unpruned = count_unpruned(model.config, found.num_tokens)
    assert found.multiply_adds == count_macs(model.config, config).total / unpruned


def test_configurations_without_a_schedule_pad_to_the_next_length(model):
    text = '{"configurations": {"24": [12, 6, 3, 1], "12": [8, 5, 3, 1], "4": [4, 2, 1, 1]}}'
    retention = parse_retention(text).budgets["balanced"]
    found = explain_checkpoint(model, "a good film was long", retention)
    assert found.num_tokens == 7
    assert [len(stage.kept) for stage in found.stages] == [
        7,
        5,
        3,
        1,
    ]  # eight of twelve rows: the seven words and padding
    expected = run(model, found.text, 12, retention.configurations[12])
    assert found.stages[2].kept == tuple(expected.encoder.survivors[2][0].tolist())
    assert len(found.stages[1].scores) == 7
    long = explain_checkpoint(model, "film " * 40, retention)
    assert (long.num_tokens, long.reading.cut) == (24, 18)


def test_a_text_beyond_the_position_table_is_cut(model):
    found = explain_checkpoint(model, "film " * 100, parse_keep(KEEP))
    assert (found.num_tokens, found.reading.cut) == (64, 38)
    assert [len(stage.kept) for stage in found.stages] == [52, 32, 20, 1]


def test_regression_gives_a_value():
    model = tiny_model(tiny_config(labels=(), task="regression"))
    found = explain_checkpoint(model, TEXT, parse_keep(KEEP))
    value = run(model, TEXT, found.num_tokens, None).logits.item()
    assert found.unpruned == Verdict(None, pytest.approx(value, abs=1e-5), (pytest.approx(value, abs=1e-5),), ())
    assert found.labels == ()


def test_what_cannot_be_explained(model):
    with pytest.raises(InputError, match="lone surrogate, U\\+DC80"):
        explain_checkpoint(model, "\udc80", parse_keep(KEEP))
    with pytest.raises(RetentionError, match="has 5 fractions and the model has 4"):
        explain_checkpoint(model, "film", parse_keep("1,1,1,1,1"))
    broken = tiny_model()
    with torch.no_grad():
        broken.head.classifier.bias.fill_(torch.nan)
    with pytest.raises(CheckpointError, match=r"gives the logits \[nan, nan\], expected finite numbers"):
        explain_checkpoint(broken, "film", parse_keep(KEEP))
    broken.tokenizer = None
    with pytest.raises(CheckpointError, match="has no tokenizer"):
        explain_checkpoint(broken, "film", parse_keep(KEEP))


@pytest.mark.parametrize("text", [TEXT, ("good ?", "never good")])
def test_a_bundle_tells_its_survivors(tiny_bundle, text):
    classifier = Classifier.open(tiny_bundle, engine="onnx", budget="fast")
    found, prediction = explain_bundle(classifier, text), classifier(text)
    assert tuple(stage.kept for stage in found.stages[:-1]) == prediction.survivors
    assert found.reading.tokens == classifier.tokens(text)
    assert found.prediction == Verdict(prediction.label, prediction.score, prediction.scores, (prediction.label,))
    assert (found.unpruned, found.multiply_adds) == (None, None)
    assert found.source == f"tiny: {prediction.program} on onnx, fp32"


def test_a_bundle_that_drops_nothing(tiny_bundle):
    found = explain_bundle(Classifier.open(tiny_bundle, engine="onnx", budget="full"), "a film")
    assert [stage.kept for stage in found.stages] == [(0, 1, 2, 3)] * 3 + [(0,)]


# words in numbers


def explanation(spellings="Two films , not bad", *, text=None, stages=None, **changes):
    """A way through three encoders, written by hand: `films` is two pieces."""
    words, pieces = [Word("[CLS]", (0,), None, True)], 1
    for spelling in spellings.split():
        many = 2 if spelling == "films" else 1
        words.append(Word(spelling, tuple(range(pieces, pieces + many)), 0, spelling != ","))
        pieces += many
    words.append(Word("[SEP]", (pieces,), None, True))
    default = (
        Stage((0, 6, 3, 2, 7), (5.0, 0.1, 0.4, 0.5, 0.2, 0.3, 1.0, 2.0)),
        Stage((0, 3, 6), (4.0, None, 0.2, 0.8, None, None, 0.4, 0.1)),
        Stage((0,)),
    )
    fields = {
        "source": "by hand",
        "text": text or spellings,
        "reading": Reading(tuple("x" * (pieces + 1)), tuple(words), 0),
        "stages": stages or default,
        "labels": ("no", "yes"),
        "prediction": Verdict("yes", 0.75, (0.25, 0.75), ("yes",)),
        "unpruned": Verdict("no", 0.5, (0.5, 0.5), ("no",)),
        "multiply_adds": 0.4,
    }
    return Explanation(**fields | changes)


def test_a_word_survives_while_any_piece_does():
    found = explanation()
    assert [found.survives(stage) for stage in found.stages] == [
        (True, False, True, False, False, True, True),
        (True, False, True, False, False, True, False),
        (True, False, False, False, False, False, False),
    ]
    assert found.last_words() == ("films", "bad")


def test_a_word_is_as_strong_as_its_strongest_piece():
    found = explanation()
    assert found.strengths(found.stages[0]) == pytest.approx((1, 0.1, 0.5, 0.2, 0.3, 1, 1))
    assert found.strengths(found.stages[1]) == pytest.approx((1, None, 1, None, None, 0.5, 0.125))
    assert found.strengths(found.stages[2]) == (1, *(None,) * 6)


def test_json_says_it_all():
    found = json.loads(explanation().to_json())
    assert found["words"][2] == {"spelling": "films", "pieces": [2, 3], "part": 0, "spaced": True}
    assert found["encoders"][1]["kept"] == [0, 3, 6]
    assert found["encoders"][1]["scores"][:3] == [4.0, None, 0.2]
    assert found["prediction"] == {"label": "yes", "score": 0.75, "scores": [0.25, 0.75], "labels": ["yes"]}
    assert found["unpruned"]["label"] == "no"
    assert json.loads(explanation(unpruned=None).to_json())["unpruned"] is None


# in the terminal


def test_rows_thin_out():
    assert [line.plain for line in draw(explanation(), 80)] == [
        "text  [CLS] Two films, not bad [SEP]       8",
        "1     [CLS] ·   films· ·   bad [SEP]  5 of 8",
        "2     [CLS] ·   films· ·   bad ·      3 of 8",
        "3     [CLS] ·   ·    · ·   ·   ·      1 of 8",
        "",
        "survivors  yes 0.750  at 0.40 of the multiply-adds",
        "all words  no 0.500",
    ]


def test_a_narrow_screen_folds_the_rows():
    assert [line.plain for line in draw(explanation(unpruned=None, multiply_adds=None), 27)] == [
        "text  [CLS] Two films,       8",
        "1     [CLS] ·   films·  5 of 8",
        "2     [CLS] ·   films·  3 of 8",
        "3     [CLS] ·   ·    ·  1 of 8",
        "",
        "text  not bad [SEP]",
        "1     ·   bad [SEP]",
        "2     ·   bad ·",
        "3     ·   ·   ·",
        "",
        "survivors  yes 0.750",
    ]


def test_the_second_text_has_lines_of_its_own():
    words = read(wordpiece(), ("good ?", "never good"), 99).words
    assert fold(words, 80) == [[0, 1, 2, 3], [4, 5, 6]]


def test_what_touches_stays_together_where_a_line_holds_it():
    words = [Word(spelling, (0,), 0, spaced) for spelling, spaced in (("aaaa", True), ("bbbb", True), ("..", False))]
    assert fold(words, 10) == [[0], [1, 2]]
    assert fold(words, 5) == [[0], [1], [2]]


def test_colours_follow_significance_and_part():
    line = list(draw(explanation(), 80))[1]
    styles = {line.plain[span.start : span.end]: str(span.style) for span in line.spans}
    assert styles["bad"] == "rgb(17,24,39) on rgb(38,186,170)"  # the most significant
    assert styles["films"] == "rgb(17,24,39) on rgb(130,214,205)"  # half as much
    assert styles["·"] == "dim"


def test_the_cut_is_told():
    reading = Reading(explanation().reading.tokens, explanation().reading.words, cut=5)
    assert list(draw(explanation(reading=reading), 80))[-1].plain == (
        "the text is too long: 5 word pieces at its end were not read"
    )


@settings(max_examples=60, deadline=None)
@given(first=ANY_TEXT, second=ANY_TEXT, width=st.integers(40, 90))
def test_any_text_fits_the_screen_and_obeys_no_control(first, second, width):
    reading = read(wordpiece(), (first, second), 64)
    everything = tuple(range(len(reading.tokens)))
    found = explanation(reading=reading, stages=(Stage(everything), Stage((0,))), text=(first, second))
    *picture, _, _, _ = draw(found, width)
    for line in picture:
        assert cell_len(line.plain) <= width
        assert not re.search(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", line.plain)


# as a page


class Rows(HTMLParser):
    """The rows of the page: what is read aloud, and what is seen besides."""

    def __init__(self, content):
        super().__init__()
        self.open, self.tags, self.attributes, self.rows = [], set(), set(), []
        self.feed(content)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attributes}
        if tag in ("meta", "link"):
            return
        values = dict(attributes)
        self.open.append((tag, values.get("aria-hidden") == "true"))
        if tag == "tr":
            self.rows.append({"aloud": "", "hidden": ""})

    def handle_endtag(self, tag):
        assert self.open.pop()[0] == tag

    def handle_data(self, data):
        if any(tag == "tr" for tag, _ in self.open):
            self.rows[-1]["hidden" if any(hidden for _, hidden in self.open) else "aloud"] += data


SAFE_TAGS = {
    *(
        "html",
        "head",
        "meta",
        "link",
        "title",
        "style",
        "body",
        "main",
        "p",
        "h1",
        "b",
        "table",
        "caption",
        "thead",
        "tbody",
    ),
    *("tr", "th", "td", "span", "bdi", "small", "dl", "dt", "dd", "i"),
}
SAFE_ATTRIBUTES = {
    *("lang", "charset", "name", "content", "http-equiv", "class", "dir", "role", "scope", "style", "aria-hidden"),
    *("data-before", "rel", "href"),
}


def test_a_row_reads_as_the_words_that_survive():
    rows = Rows(page(explanation())).rows
    assert [" ".join(row["aloud"].split()) for row in rows] == [
        "encoderpasses onword-vectors",
        "text[CLS] Two films, not bad [SEP]8",
        "1[CLS] films bad [SEP]5 of 8",
        "2[CLS] films bad 3 of 8",
        "3[CLS] 1 of 8",
        "labelyes 0.750 at 0.40 of the multiply-adds; with all words: no 0.500yes0.750no0.250",
    ]
    assert rows[2]["hidden"].replace(" ", "") == "Two,not"
    assert rows[4]["hidden"].replace(" ", "") == "Twofilms,notbad[SEP]"


def test_tint_age_and_end_of_a_word():
    content = page(explanation())
    first, second, third = re.findall(r"<tr.*?</tr>", content)[2:5]
    assert '<span class="w" style="--s:0.50">films</span>' in first
    assert '<span class="w last" style="--s:1.00">films</span>' in second
    assert '<span class="gone age1" aria-hidden="true">films</span>' in third
    assert [re.search(r"gone age(\d)[^>]*>Two<", row)[1] for row in (first, second, third)] == ["1", "2", "3"]
    assert '<span class="gone age2 tight" aria-hidden="true">,</span>' in second
    assert '<span class="w special" style="--s:1.00"><bdi>[CLS]</bdi></span>' in first


def test_a_long_text_shrinks():
    spellings = " ".join(f"word{number}" for number in range(120))
    stages = (Stage((0, 1, 5, 9)), Stage((0, 5)), Stage((0,)))
    content = page(explanation(spellings, stages=stages))
    rows = Rows(content).rows
    assert '<table role="table" class="long">' in content
    dropped = "".join(f"word{number}" for number in range(120) if number not in (0, 4, 8))
    assert [row["hidden"].replace(" ", "") for row in rows[2:5]] == [dropped + "[SEP]", "word0··word8·", "·word4·"]
    assert "a dot stands for words that were dropped before" in content
    assert "and 108 more" in page(explanation(spellings, stages=(Stage(tuple(range(121))), Stage((0,)))))


@pytest.mark.parametrize(
    ("spellings", "changes", "shape"),
    [
        ("Two films", {}, "short line"),
        ("Two films", {"text": ("Two", "films")}, "short"),
        ("فيلم جيد", {}, "short"),
        ("word " * 30, {}, "short"),
        ("word " * 130, {}, "long"),
    ],
    ids=["one line", "pair", "right to left", "short", "long"],
)
def test_the_shape_follows_the_text(spellings, changes, shape):
    stages = (Stage((0, 1)), Stage((0,)))
    assert f'<table role="table" class="{shape}">' in page(explanation(spellings, stages=stages, **changes))


def test_a_page_asks_for_nothing():
    found = Rows(page(explanation()))
    assert found.tags <= SAFE_TAGS
    assert found.attributes <= SAFE_ATTRIBUTES
    assert not re.search(r"url\(|@import|https?:|src=", page(explanation()))
    assert re.findall('href="(.*?)"', page(explanation())) == ["data:,"]  # an empty icon, so that none is asked for


PAGES = {
    "one line": lambda: explanation(),
    "long": lambda: explanation("word " * 256, stages=(Stage(tuple(range(0, 256, 2))), Stage((0,)))),
    "one long word": lambda: explanation("x" * 300, stages=(Stage((0, 1)), Stage((0,)))),
    "bundle": lambda: explanation(unpruned=None, multiply_adds=None),
}


@pytest.mark.parametrize("made", PAGES)
@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1280, "dark")])
def test_a_browser_shows_the_page_as_wide_as_the_screen(browser, tmp_path, made, width, scheme):
    path = tmp_path / "explain.html"
    path.write_text(page(PAGES[made]()), encoding="utf-8")
    browser.open(path, width=width, scheme=scheme)
    assert browser.evaluate("document.documentElement.scrollWidth") == width
    assert browser.evaluate("document.querySelectorAll('.w').length") >= 2
    assert browser.complaints() == []
    assert [address for address in browser.requests() if not address.startswith("data:")] == [path.as_uri()]


def test_words_of_one_line_stand_below_each_other(browser, tmp_path):
    path = tmp_path / "explain.html"
    path.write_text(page(explanation()), encoding="utf-8")
    browser.open(path, width=1280)
    boxes = browser.evaluate(
        "JSON.stringify([...document.querySelectorAll('.words span')].filter(e => e.textContent == 'films')"
        ".map(e => e.getBoundingClientRect()))"
    )
    text, first, second, third = json.loads(boxes)
    assert text["left"] == first["left"] == second["left"] == third["left"]
    assert first["bottom"] == pytest.approx(second["top"], abs=0.5)  # half a pixel: the tints touch


@settings(max_examples=60, deadline=None)
@given(first=ANY_TEXT, second=ANY_TEXT, label=ANY_TEXT)
def test_any_text_is_escaped(first, second, label):
    reading = read(wordpiece(), (f"<b onclick='x'>{first}", f"</style>{second}&amp;"), 64)
    everything = tuple(range(len(reading.tokens)))
    found = Rows(
        page(
            explanation(
                reading=reading,
                stages=(Stage(everything), Stage((0,))),
                labels=(label, "x"),
                prediction=Verdict(label, 0.5, (0.5, 0.5), (label,)),
                source=f'">{first}',
            )
        )
    )
    assert found.tags <= SAFE_TAGS
    assert found.attributes <= SAFE_ATTRIBUTES
    shown = "".join(found.rows[1]["aloud"].split())
    for word in reading.words:
        assert "".join(printable(word.spelling).split()) in shown


def test_words_of_a_page():
    bundle = page(explanation(unpruned=None, multiply_adds=None))
    assert "a bundle tells which words it keeps" in bundle
    assert "multiply-adds" not in bundle and "The tick" not in bundle
    value = page(
        explanation(labels=(), prediction=Verdict(None, 2.5, (2.5,), ()), unpruned=Verdict(None, 2.25, (2.25,), ()))
    )
    assert '<th role="rowheader" scope="row">value</th>' in value
    assert "with all words: 2.250" in value and "<dl" not in value
    only = page(explanation(", ,", stages=(Stage((0, 1)), Stage((0,)))))
    assert "no word of the text reaches the last" in only
    many = tuple(f"label {number}" for number in range(20))
    chances = page(
        explanation(
            labels=many, prediction=Verdict("label 19", 0.2, (0.8 / 19,) * 19 + (0.2,), ("label 19",)), unpruned=None
        )
    )
    assert re.findall("<dt>(.*?)</dt>", chances) == ["label 19", *many[:7]]


# the command


def test_the_command_as_written(cli, checkpoint):
    result = cli("explain", "--model", checkpoint, TEXT, "--keep", KEEP)
    assert (result.status, result.err) == (0, "")
    lines = result.out.splitlines()
    assert lines[0].startswith("text  [CLS] Two films, not BAD! [SEP]")
    assert [line.split()[0] for line in lines[1:5]] == ["1", "2", "3", "4"]
    assert lines[4].endswith("  1 of 11")
    assert re.fullmatch(r"survivors  (positive|negative) 0\.\d{3}  at 0\.\d\d of the multiply-adds", lines[6])
    assert "\x1b" not in result.out


def test_the_checkpoints_own_retention_is_the_default(cli, tmp_path):
    model = tiny_model()
    model.budgets = {"balanced": parse_keep(KEEP)}
    model.save_pretrained(tmp_path / "pruned")
    (tmp_path / "all.json").write_text("[1, 1, 1]", encoding="utf-8")
    own = json.loads(cli("explain", "--model", tmp_path / "pruned", TEXT, "--json").out)
    said = json.loads(cli("explain", "--model", tmp_path / "pruned", TEXT, "--json", "--keep", KEEP).out)
    full = json.loads(
        cli("explain", "--model", tmp_path / "pruned", TEXT, "--json", "--retention", tmp_path / "all.json").out
    )
    assert own == said
    assert own["source"] == "pruned"
    assert [len(stage["kept"]) for stage in own["encoders"]] == [9, 6, 4, 1]
    assert [len(stage["kept"]) for stage in full["encoders"]] == [11, 11, 11, 1]
    assert full["prediction"] == full["unpruned"]


def test_a_bundle_by_engine_and_budget(cli, tiny_bundle):
    result = cli("explain", "--model", tiny_bundle, "is it good ?", "never", "--engine", "ort", "--json")
    found = json.loads(result.out)
    assert found["source"] == "tiny: fast_8 on onnx, fp32"
    assert found["text"] == ["is it good ?", "never"]
    assert found["encoders"][0]["scores"] == []
    full = json.loads(cli("explain", "--model", tiny_bundle, "good", "--budget", "full", "--json").out)
    assert [stage["kept"] for stage in full["encoders"]] == [[0, 1, 2]] * 3 + [[0]]


def test_the_page_is_written_once(cli, checkpoint, tmp_path):
    target = tmp_path / "film.html"
    command = ("explain", "--model", checkpoint, TEXT, "--keep", KEEP, "--html", target)
    first = cli(*command)
    assert (first.status, first.err) == (0, "")
    assert first.out.endswith(f"wrote {target}; open it in a browser\n")
    assert Rows(target.read_text(encoding="utf-8")).rows[1]["aloud"].startswith("text[CLS] Two films, not BAD!")
    target.write_text("mine", encoding="utf-8")
    assert_refused(cli(*command), "film.html exists; add --force to replace it, or choose another name")
    assert target.read_text(encoding="utf-8") == "mine"
    forced = cli(*command, "--force", "--json")
    assert json.loads(forced.out)["text"] == TEXT
    assert forced.err == f"wrote {target}; open it in a browser\n"
    assert target.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert [path.name for path in tmp_path.iterdir()] == ["film.html"]


def test_what_is_read_is_not_written_over(cli, checkpoint, tmp_path):
    model, retention = tmp_path / "model", tmp_path / "retention.json"
    shutil.copytree(checkpoint, model)
    retention.write_text('{"schedule": [0.8, 0.5, 0.3]}')
    before = (model / "config.json").read_bytes()
    command = ("explain", "--model", model, TEXT, "--retention", retention, "--force", "--html")
    assert_refused(cli(*command, model / "config.json"), "config.json is read by this command, and would be replaced")
    assert_refused(cli(*command, retention), "retention.json is read by this command")
    assert (model / "config.json").read_bytes() == before


def test_a_page_that_cannot_be_written(cli, checkpoint, tmp_path, small_disk):
    command = ("explain", "--model", checkpoint, TEXT, "--keep", KEEP, "--html")
    assert_refused(cli(*command, tmp_path), "it is a directory; name a file")
    assert_refused(cli(*command, tmp_path / "no" / "x.html"), "there is no directory", "make it first")
    disk = small_disk(kilobytes=4)
    assert_refused(cli(*command, disk / "x.html"), "No space left on device")
    assert list(disk.iterdir()) == []


def test_what_is_refused(cli, checkpoint, tiny_bundle, tmp_path):
    no_retention = cli("explain", "--model", checkpoint, TEXT)
    assert_refused(no_retention, "has no retention.json", "--keep (3 fractions such as 0.9,0.8) or --retention")
    keep = ("--keep", KEEP)
    assert_refused(cli("explain", "--model", checkpoint, TEXT, *keep, "--engine", "onnx"), "leave out --engine")
    assert_refused(cli("explain", "--model", tiny_bundle, TEXT, *keep), "is a bundle, whose retention is fixed")
    assert_refused(
        cli("explain", "--model", checkpoint, TEXT, *keep, "--budget", "fast"), "no budget 'fast'; there are: balanced"
    )
    assert_refused(cli("explain", "--model", checkpoint, TEXT, *keep, "--force"), "give --html with it")
    assert_refused(cli("explain", "--model", checkpoint, TEXT, *keep, "--retention", "x"), "give one of them")
    assert_refused(cli("explain", "--model", checkpoint, TEXT, "--keep", "0.5"), "the model has 4 encoders")
    assert_refused(cli("explain", "--model", tmp_path / "no", TEXT, *keep), "no model directory at")
    assert_refused(cli("explain", "--model", checkpoint, *keep), "Missing argument 'TEXT'")


@pytest.mark.parametrize(
    "text", ["", " \n ", "film", "film " * 2000, "فيلم جيد", "👨‍👩‍👧 🎬", "<b>&amp;</b>", "a\x01\x1b[31mb"]
)
def test_every_text_is_answered(cli, checkpoint, tmp_path, text):
    result = cli("explain", "--model", checkpoint, text, "--keep", KEEP, "--html", tmp_path / "x.html")
    assert (result.status, result.err) == (0, "")
    assert "\x1b" not in result.out
    assert ("the text is too long: 1938 word pieces" in result.out) == (len(text) > 1000)
    assert Rows((tmp_path / "x.html").read_text(encoding="utf-8")).tags <= SAFE_TAGS
    if not text.strip():
        assert result.out.startswith("text  [CLS] [SEP]       2\n")


@pytest.mark.real
def test_a_real_sentence(cli, real_checkpoint):
    result = cli(
        "explain",
        "--model",
        real_checkpoint,
        "it 's a charming and often affecting journey .",
        "--keep",
        "0.8,0.6,0.45,0.3,0.2",
    )
    assert "5     [CLS] ·  ·· · charming ·   often ·         ·       · ·       3 of 12\n" in result.out
    assert "survivors  positive 0.998  at 0.48 of the multiply-adds\n" in result.out
