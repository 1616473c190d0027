"""The retention staircase: how many word-vectors enter each encoder and how many it passes on, with bars beside it."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from edge_power.report.bars import Key, Part, key_rows, paint_keys
from edge_power.report.charts import FONT_SIZE, WIDTH, add_axes, draw
from edge_power.report.markup import Html
from edge_power.report.style import Colour
from edge_power_runtime.profiler.report.figures import list_of
from edge_power_runtime.retention import RetentionConfig

# Units: of an encoder's number, of a figure, from one half to the other, of the titles above and of a row of the key.
_NUMBER, _FIGURE, _GAP, _TOP, _BOTTOM, _LEGEND = 24, 42, 14, 26, 4, 22
_ALL_STEPS, _HIGHEST, _LOWEST = 260, 30, 15  # units of all steps together; of one, at most and at least
_THICK = 0.72  # of a step, the part that is drawn


@dataclass(frozen=True, slots=True)
class BarColumn:
    """A bar per encoder.

    Attributes:
        title: above them, at most half a chart wide.
        rows: the parts of each bar, in a row from 0.
        figures: at the right of each bar.
        highest: value at the right edge; charts side by side that share it have one scale.
        alternative: a sentence of what they show.
        keys: what the colours stand for, above the chart; none where one colour needs no word.
    """

    title: str
    rows: Sequence[Sequence[Part]]
    figures: Sequence[str]
    highest: float
    alternative: str
    keys: Sequence[Key] = ()


def stairs(name: str, config: RetentionConfig, *, words: str, beside: BarColumn | None = None) -> Html:
    """Draw a step per encoder, the first on top: full what it passes on, pale what it drops.

    Args:
        name: of the chart, see `draw`.
        config: what each encoder passes on.
        words: what is counted, such as `word-vectors`.
        beside: on the right, a bar for each step, such as its time; None gives the steps the whole width.
    """
    count = len(config.keep)
    step = min(_HIGHEST, max(_LOWEST, _ALL_STEPS / count))
    legend = key_rows(beside.keys) if beside is not None else []
    top = _TOP + _LEGEND * len(legend)
    middle = WIDTH if beside is None else (WIDTH + _NUMBER) / 2
    shown = _steps(config, words)

    def paint(figure: Figure) -> None:
        if legend:
            paint_keys(figure, legend, step=_LEGEND)
        left = add_axes(figure, left=_NUMBER, right=WIDTH - middle + _FIGURE, top=top, bottom=_BOTTOM)
        _paint_bars(left, shown, step)
        _paint_numbers(left, count, step)
        if beside is not None:
            right = add_axes(figure, left=middle + _GAP, right=_FIGURE, top=top, bottom=_BOTTOM)
            _paint_bars(right, beside, step)

    said = shown.alternative if beside is None else f"{shown.alternative} {beside.alternative}"
    return draw(name, top + _BOTTOM + step * count, paint, alternative=said)


def _steps(config: RetentionConfig, words: str) -> BarColumn:
    pairs = list(zip(config.entering, config.keep, strict=True))
    return BarColumn(
        title=f"{words} left",
        rows=[(Part(after, Colour.ACCENT), Part(before - after, Colour.PALE)) for before, after in pairs],
        figures=[f"{after:,}" for after in config.keep],
        highest=config.length,
        alternative=_in_words(config, words),
    )


def _in_words(config: RetentionConfig, words: str) -> str:
    steps = [f"encoder {encoder} passes on {after:,}" for encoder, after in enumerate(config.keep, start=1)]
    if config.keep == config.readout.complete(config.keep[: config.passing]):
        steps[-1] = f"the last encoder passes on {config.readout.name} alone, from which the answer is read"
    return f"Of {config.length:,} {words}, {list_of(steps)}."


def _paint_bars(axes: Axes, bars: BarColumn, step: float) -> None:
    highest = bars.highest or 1.0
    axes.set_xlim(0, highest)
    axes.set_ylim(len(bars.rows) + 0.5, 0.5)
    axes.set_xticks([])
    axes.set_yticks([])
    _title(axes, 1, bars.title, _FIGURE)
    for encoder, (parts, figure) in enumerate(zip(bars.rows, bars.figures, strict=True), start=1):
        left = 0.0
        axes.barh(encoder, highest, height=_THICK, color=Colour.TRACK, linewidth=0)
        for part in parts:
            axes.barh(encoder, part.value, left=left, height=_THICK, color=part.colour, linewidth=0)
            left += part.value
        _beside(axes, highest, encoder, figure, 5, step, Colour.INK)


def _paint_numbers(axes: Axes, count: int, step: float) -> None:
    _title(axes, 0, "encoder", -_NUMBER)
    for encoder in range(1, count + 1):
        _beside(axes, 0, encoder, str(encoder), -5, step, Colour.MUTED)


def _title(axes: Axes, side: int, text: str, away: float) -> None:
    axes.annotate(
        text, (side, 1), xycoords="axes fraction", xytext=(away, 8), textcoords="offset points",
        ha="right" if side else "left", color=Colour.MUTED, fontsize=FONT_SIZE - 0.5,
    )  # fmt: skip


def _beside(axes: Axes, x: float, encoder: int, text: str, away: int, step: float, colour: Colour) -> None:
    axes.annotate(
        text, (x, encoder), xytext=(away, 0), textcoords="offset points", va="center_baseline",
        ha="left" if away > 0 else "right", color=colour, fontsize=min(FONT_SIZE, 0.75 * step),
        annotation_clip=False,
    )  # fmt: skip
