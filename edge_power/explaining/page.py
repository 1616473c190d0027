"""An explanation as a page: the text above, a row per encoder in which words fade away, the answer below.

The page is one file without scripts or addresses. Dropped words are hidden from screen readers, so that a row reads as
the words that survive.
"""

from unicodedata import bidirectional

from rich.cells import cell_len

from edge_power.explaining.explanation import Explanation, Verdict
from edge_power.explaining.page_style import STYLE
from edge_power.explaining.page_words import encoder_rows, escaped, whole_text

# In columns of a terminal: a text of one line flows down in columns, a short one keeps its shape, a long one shrinks.
ONE_LINE, SHORT = 90, 600
MOST_LABELS, MOST_WORDS = 8, 12


def page(explanation: Explanation) -> str:
    """Draw the page.

    Returns:
        A complete HTML document.
    """
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<link rel="icon" href="data:,">
<title>{escaped(str(explanation.prediction))}: the words that survive</title>
<style>{STYLE}</style>
</head>
<body>
<main>
<p class="source">{escaped(explanation.source)}</p>
<h1>The words that survive</h1>
{_lead(explanation)}
{_table(explanation)}
{_key(explanation)}
</main>
</body>
</html>
"""


def _lead(explanation: Explanation) -> str:
    last = explanation.last_words()
    words = " · ".join(f'<b dir="auto">{escaped(word)}</b>' for word in last[:MOST_WORDS])
    more = f" and {len(last) - MOST_WORDS} more" if len(last) > MOST_WORDS else ""
    reached = f"these words reach the last: {words}{more}" if last else "no word of the text reaches the last"
    lead = f"{explanation.num_tokens} word-vectors enter the first of {len(explanation.stages)} encoders; {reached}"
    cut = explanation.reading.cut
    note = f'<p class="note">The text is too long: {cut} word pieces at its end were not read.</p>' if cut else ""
    return f'<p class="lead">{lead}</p>\n{note}'


def _shape(explanation: Explanation) -> str:
    size = sum(cell_len(word.spelling) + word.spaced for word in explanation.words)
    if size > SHORT:
        return "long"
    # Boxes in columns would stand from left to right whatever the script.
    leftward = any(bidirectional(letter) in ("R", "AL") for word in explanation.words for letter in word.spelling)
    return "short line" if size <= ONE_LINE and isinstance(explanation.text, str) and not leftward else "short"


def _table(explanation: Explanation) -> str:
    shape, tokens = _shape(explanation), explanation.num_tokens
    rows = [_row("text", whole_text(explanation.words), tokens, tokens)]
    marked = encoder_rows(explanation, shrink=shape == "long")
    for number, (stage, words) in enumerate(zip(explanation.stages, marked, strict=True), start=1):
        rows.append(_row(str(number), words, len(stage.kept), tokens))
    body = "\n".join([*rows, _answer(explanation)])
    return f"""<table role="table" class="{shape}">
<caption class="unseen">The words that each encoder passes on, and the answer that they lead to.</caption>
<thead><tr><th scope="col">encoder</th><th scope="col">passes on</th><th scope="col">word-vectors</th></tr></thead>
<tbody role="rowgroup">
{body}
</tbody>
</table>"""


def _row(name: str, words: str, kept: int, tokens: int) -> str:
    before, count = ("", f"{tokens}") if name == "text" else (' data-before="encoder "', f"{kept} of {tokens}")
    count += f' <span class="bar" style="--percent:{100 * kept / tokens:.0f}"></span>'
    return _cells("", f'<th role="rowheader" scope="row"{before}>{name}</th>', words, count)


def _cells(kind: str, header: str, words: str, count: str) -> str:
    # The roles are said, since a phone shows rows as grids, and some browsers take such a row for no row at all.
    what, kept = f'<td role="cell" class="what">{words}</td>', f'<td role="cell" class="count">{count}</td>'
    return f'<tr role="row"{kind}>{header}{what}{kept}</tr>'


def _answer(explanation: Explanation) -> str:
    prediction, unpruned = explanation.prediction, explanation.unpruned
    facts = [] if explanation.multiply_adds is None else [f"at {explanation.multiply_adds:.2f} of the multiply-adds"]
    facts += [] if unpruned is None else [f"with all words: {escaped(str(unpruned))}"]
    said = f'<span class="answer">{escaped(str(prediction))}</span> <small>{"; ".join(facts)}</small>'
    chances = _chances(explanation.labels, prediction, unpruned) if explanation.labels else ""
    name = "label" if explanation.labels else "value"
    return _cells(' class="verdict"', f'<th role="rowheader" scope="row">{name}</th>', said + chances, "")


def _chances(labels: tuple[str, ...], prediction: Verdict, unpruned: Verdict | None) -> str:
    """A bar per label, the likeliest first, with a tick where the unpruned model's would end."""
    best = sorted(range(len(labels)), key=lambda index: -prediction.scores[index])[:MOST_LABELS]
    lines = []
    for index in best:
        share = prediction.scores[index]
        tick = "" if unpruned is None else f'<i style="--full:{100 * unpruned.scores[index]:.1f}%"></i>'
        bar = f'<dd class="chance" aria-hidden="true" style="--share:{100 * share:.1f}%">{tick}</dd>'
        lines.append(f"<dt>{escaped(labels[index])}</dt>{bar}<dd>{share:.3f}</dd>")
    return f'<dl class="labels">{"".join(lines)}</dl>'


def _key(explanation: Explanation) -> str:
    is_bundle = explanation.unpruned is None
    tint = "The tint is even: a bundle tells which words it keeps, not how much attention they get."
    if not is_bundle:
        tint = (
            'Tint: how much attention the encoder pays to the word, <span class="ramp" aria-hidden="true"></span> from '
            "little to most; where it drops nothing, words are not scored, and the tint is even."
        )
    faded = "A faint word has been dropped"
    faded += "; a dot stands for words that were dropped before." if _shape(explanation) == "long" else "."
    tick = " The tick on a bar is the probability with all words." if explanation.labels and not is_bundle else ""
    return (
        f'<p class="key">{tint} {faded} Each encoder ranks the words by the attention that they get from the others, '
        f"and drops the lowest. [CLS] is never dropped; the answer is read from it.{tick}</p>"
    )
