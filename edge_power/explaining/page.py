"""An explanation as a page: the text above, a row per encoder in which words fade away, the answer below.

The page is one file without scripts or addresses. Dropped words are hidden from screen readers, so that a row reads as
the words that survive.
"""

from unicodedata import bidirectional

from rich.cells import cell_len

from edge_power.explaining.explanation import Explanation, Verdict
from edge_power.explaining.page_style import STYLE
from edge_power.explaining.page_words import encoder_rows, whole_text
from edge_power.report import page as frame
from edge_power.report.markup import Html, element, joined

# In columns of a terminal: a text of one line flows down in columns, a short one keeps its shape, a long one shrinks.
ONE_LINE, SHORT = 90, 600
MOST_LABELS, MOST_WORDS = 8, 12


def page(explanation: Explanation) -> str:
    """Draw the page.

    Returns:
        A complete HTML document.
    """
    return frame.page(
        f"{explanation.prediction}: the words that survive",
        element("p", {"class": "source"}, explanation.source),
        element("h1", {}, "The words that survive"),
        *_lead(explanation),
        _table(explanation),
        _key(explanation),
        style=STYLE,
    )


def _lead(explanation: Explanation) -> list[Html]:
    last = explanation.last_words()
    words: list[str] = []
    for word in last[:MOST_WORDS]:
        words += [" · " if words else "", element("b", {"dir": "auto"}, word)]
    more = f" and {len(last) - MOST_WORDS} more" if len(last) > MOST_WORDS else ""
    reached = ["these words reach the last: ", *words, more] if last else ["no word of the text reaches the last"]
    entering = f"{explanation.num_tokens} word-vectors enter the first of {len(explanation.stages)} encoders; "
    cut = explanation.reading.cut
    notes = [f"The text is too long: {cut} word pieces at its end were not read."] if cut else []
    notes += [f"Of the cascade were asked {explanation.asked()}."] if explanation.tiers else []
    notes += [f"Most for it spoke {explanation.spoken_for()}."] if explanation.parts else []
    lead = [entering, *reached] if explanation.stages else ["a tier without encoders answered"]
    return [element("p", {"class": "lead"}, *lead), *(element("p", {"class": "note"}, note) for note in notes)]


def _shape(explanation: Explanation) -> str:
    size = sum(cell_len(word.spelling) + word.spaced for word in explanation.words)
    if size > SHORT:
        return "long"
    # Boxes in columns would stand from left to right whatever the script.
    leftward = any(bidirectional(letter) in ("R", "AL") for word in explanation.words for letter in word.spelling)
    return "short line" if size <= ONE_LINE and isinstance(explanation.text, str) and not leftward else "short"


def _table(explanation: Explanation) -> Html:
    shape, tokens = _shape(explanation), explanation.num_tokens
    rows = [_row("text", whole_text(explanation.words), tokens, tokens)]
    marked = encoder_rows(explanation, shrink=shape == "long") if explanation.stages else []
    for number, (stage, words) in enumerate(zip(explanation.stages, marked, strict=True), start=1):
        rows.append(_row(str(number), words, len(stage.kept), tokens))
    titles = [element("th", {"scope": "col"}, title) for title in ("encoder", "passes on", "word-vectors")]
    caption = "The words that each encoder passes on, and the answer that they lead to."
    return element(
        "table",
        {"role": "table", "class": shape},
        element("caption", {"class": "unseen"}, caption),
        element("thead", {}, element("tr", {}, *titles)),
        element("tbody", {"role": "rowgroup"}, *rows, _answer(explanation)),
    )


def _row(name: str, words: Html, kept: int, tokens: int) -> Html:
    before, count = ({}, f"{tokens} ") if name == "text" else ({"data-before": "encoder "}, f"{kept} of {tokens} ")
    bar = element("span", {"class": "bar", "style": f"--percent:{100 * kept / tokens:.0f}"})
    header = element("th", {"role": "rowheader", "scope": "row", **before}, name)
    return _cells({}, header, words, joined(count, bar))


def _cells(kind: dict[str, str], header: Html, words: Html, count: Html) -> Html:
    # The roles are said, since a phone shows rows as grids, and some browsers take such a row for no row at all.
    what = element("td", {"role": "cell", "class": "what"}, words)
    return element(
        "tr", {"role": "row", **kind}, header, what, element("td", {"role": "cell", "class": "count"}, count)
    )


def _answer(explanation: Explanation) -> Html:
    prediction, unpruned = explanation.prediction, explanation.unpruned
    facts = [] if explanation.multiply_adds is None else [f"at {explanation.multiply_adds:.2f} of the multiply-adds"]
    facts += [] if unpruned is None else [f"with all words: {unpruned}"]
    said = [element("span", {"class": "answer"}, str(prediction)), " ", element("small", {}, "; ".join(facts))]
    chances = [_chances(explanation.labels, prediction, unpruned)] if explanation.labels else []
    name = "label" if explanation.labels else "value"
    header = element("th", {"role": "rowheader", "scope": "row"}, name)
    return _cells({"class": "verdict"}, header, joined(*said, *chances), joined())


def _chances(labels: tuple[str, ...], prediction: Verdict, unpruned: Verdict | None) -> Html:
    """A bar per label, the likeliest first, with a tick where the unpruned model's would end."""
    best = sorted(range(len(labels)), key=lambda index: -prediction.scores[index])[:MOST_LABELS]
    lines: list[Html] = []
    for index in best:
        share = prediction.scores[index]
        tick = [] if unpruned is None else [element("i", {"style": f"--full:{100 * unpruned.scores[index]:.1f}%"})]
        bar = {"class": "chance", "aria-hidden": "true", "style": f"--share:{100 * share:.1f}%"}
        lines += [element("dt", {}, labels[index]), element("dd", bar, *tick), element("dd", {}, f"{share:.3f}")]
    return element("dl", {"class": "labels"}, *lines)


def _key(explanation: Explanation) -> Html:
    is_bundle = explanation.unpruned is None
    tint = ["The tint is even: a bundle tells which words it keeps, not how much attention they get."]
    if not is_bundle:
        tint = [
            "Tint: how much attention the encoder pays to the word, ",
            element("span", {"class": "ramp", "aria-hidden": "true"}),
            " from little to most; where it drops nothing, words are not scored, and the tint is even.",
        ]
    faded = " A faint word has been dropped"
    faded += "; a dot stands for words that were dropped before." if _shape(explanation) == "long" else "."
    tick = " The tick on a bar is the probability with all words." if explanation.labels and not is_bundle else ""
    how = (
        " Each encoder ranks the words by the attention that they get from the others, and drops the lowest. [CLS] is "
        "never dropped; the answer is read from it."
    )
    return element("p", {"class": "key"}, *tint, faded, how, tick)
