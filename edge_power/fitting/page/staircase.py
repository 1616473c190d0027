"""The retention staircase: of a hundred words, how many enter each encoder and how many it passes on."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from edge_power.fitting.page.words import list_of, words_kept
from edge_power.report.charts import FONT_SIZE, WIDTH, add_axes, draw
from edge_power.report.markup import Html
from edge_power.report.style import Colour

_HUNDRED = 100
_LEFT, _RIGHT, _TOP, _BOTTOM = 30, 40, 26, 26

# Units of a step: what stays below a hand's breadth for few encoders, and holds a line of text for many.
_ALL_STEPS, _HIGHEST, _LOWEST = 300, 34, 15

# Of a word's place, the part that is drawn; the rest parts it from the next.
_WORD = 0.72


def staircase(name: str, schedule: tuple[float, ...]) -> Html:
    """Draw one step per encoder, the first on top.

    Args:
        name: of the chart, see `draw`.
        schedule: fractions, one per encoder.
    """
    kept = words_kept(schedule)
    entering = (_HUNDRED, *kept[:-1])
    step = min(_HIGHEST, max(_LOWEST, _ALL_STEPS / len(kept)))

    def paint(figure: Figure) -> None:
        axes = add_axes(figure, left=_LEFT, right=_RIGHT, top=_TOP, bottom=_BOTTOM)
        axes.set_xlim(0, _HUNDRED)
        axes.set_ylim(len(kept) + 0.5, 0.5)
        for encoder, (before, after) in enumerate(zip(entering, kept, strict=True), start=1):
            for words, colour in ((_HUNDRED, Colour.TRACK), (before, Colour.PALE), (after, Colour.ACCENT)):
                _row_of_words(axes, words, encoder, colour, height=0.7 * step)
            axes.text(_HUNDRED + 3, encoder, str(after), va="center", weight="bold", color=Colour.ACCENT)
            axes.text(-4, encoder, str(encoder), va="center", ha="right", color=Colour.MUTED)
        _label(axes)

    return draw(name, _TOP + _BOTTOM + step * len(kept), paint, alternative=_in_words(kept))


def _row_of_words(axes: Axes, words: int, encoder: int, colour: Colour, *, height: float) -> None:
    """Draw words as the dashes of one thick line: a drawing of a thousand words stays small."""
    place = (WIDTH - _LEFT - _RIGHT) / _HUNDRED
    axes.plot(
        [0, words], [encoder, encoder], color=colour, linewidth=height, clip_on=False,
        dashes=(_WORD * place, (1 - _WORD) * place), dash_capstyle="butt",
    )  # fmt: skip


def _label(axes: Axes) -> None:
    axes.set_yticks([])
    axes.set_xticks([0, 25, 50, 75, 100])
    for side, margin, words in ((0, -_LEFT, "encoder"), (1, _RIGHT, "words left")):
        axes.annotate(
            words, (side, 1), xycoords="axes fraction", xytext=(margin, 8), textcoords="offset points",
            ha="right" if side else "left", color=Colour.MUTED, fontsize=FONT_SIZE - 0.5,
        )  # fmt: skip


def _in_words(kept: tuple[int, ...]) -> str:
    last = "the last encoder passes on [CLS] alone, from which the answer is read"
    steps = [f"encoder {encoder} passes on {words}" for encoder, words in enumerate(kept[:-1], start=1)]
    return f"Of 100 words, {list_of([*steps, last])}."
