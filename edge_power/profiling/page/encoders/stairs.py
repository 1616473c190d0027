"""The drawing of a retention staircase with, beside each step, the time that the encoder takes."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from edge_power.profiling.page.encoders.time import GROUPS, EncoderTime
from edge_power.report.bars import Key, key_rows, paint_keys
from edge_power.report.charts import FONT_SIZE, WIDTH, add_axes, draw
from edge_power.report.markup import Html
from edge_power.report.style import Colour
from edge_power_runtime.profiler.report.figures import milliseconds

_COLOURS = (Colour.ACCENT, Colour.SECOND, Colour.PALE, Colour.MUTED)
_WORDS = {"attention": "attention", "extract": "extract", "ffn": "feed-forward", "rest": "rest"}
GROUP_KEYS = tuple(Key(colour, _WORDS[group]) for colour, group in zip(_COLOURS, GROUPS, strict=True))
"""What the colours of the time stand for, in the order of `GROUPS`."""

_LEFT, _GAP, _FIGURE, _TOP, _BOTTOM, _LEGEND = 24, 14, 34, 26, 4, 22
_ALL_STEPS, _HIGHEST, _LOWEST = 260, 30, 15  # units of all steps together; of one, at most and at least


@dataclass(frozen=True, slots=True)
class Stair:
    """A step.

    Attributes:
        entering: word-vectors.
        leaving: word-vectors.
    """

    entering: int
    leaving: int


def stairs(name: str, steps: Sequence[Stair], time: EncoderTime | None, highest: float) -> Html:
    """Draw a step per encoder, the first on top; on the right its time, where it is known.

    Args:
        name: of the chart, see `draw`.
        steps: at least one.
        time: of the encoders.
        highest: ms at the right edge, so that charts side by side have one scale.
    """
    step = min(_HIGHEST, max(_LOWEST, _ALL_STEPS / len(steps)))
    rows = key_rows(GROUP_KEYS) if time is not None and time.has_groups else []
    top = _TOP + _LEGEND * len(rows)
    # Words need the whole width where there is no time beside them.
    middle = WIDTH if time is None else (WIDTH + _LEFT) / 2

    def paint(figure: Figure) -> None:
        paint_keys(figure, rows, step=_LEGEND) if rows else None
        left = add_axes(figure, left=_LEFT, right=WIDTH - middle + _FIGURE, top=top, bottom=_BOTTOM)
        _paint_words(left, steps, step)
        if time is not None:
            right = add_axes(figure, left=middle + _GAP, right=_FIGURE + 8, top=top, bottom=_BOTTOM)
            _paint_time(right, time, step, len(steps), highest)

    return draw(name, top + _BOTTOM + step * len(steps), paint, alternative=_in_words(steps, time))


def _paint_words(axes: Axes, steps: Sequence[Stair], step: float) -> None:
    widest = steps[0].entering
    _prepare(axes, len(steps), widest, "word-vectors passed on")
    for encoder, one in enumerate(steps, start=1):
        for width, colour in ((widest, Colour.TRACK), (one.entering, Colour.PALE), (one.leaving, Colour.ACCENT)):
            axes.barh(encoder, width, height=0.72, color=colour, linewidth=0)
        _beside(axes, 0, encoder, str(encoder), -5, step, Colour.MUTED)
        _beside(axes, widest, encoder, f"{one.leaving:,}", 5, step, Colour.INK)


def _paint_time(axes: Axes, time: EncoderTime, step: float, count: int, highest: float) -> None:
    _prepare(axes, count, highest or 1.0, "time, ms")
    colours = _COLOURS if time.has_groups else (Colour.SECOND,)
    for encoder, parts in enumerate(time.by_encoder, start=1):
        left = 0.0
        axes.barh(encoder, highest, height=0.72, color=Colour.TRACK, linewidth=0)
        for value, colour in zip(parts, colours, strict=True):
            axes.barh(encoder, value, left=left, height=0.72, color=colour, linewidth=0)
            left += value
        _beside(axes, highest, encoder, milliseconds(sum(parts)), 5, step, Colour.INK)


def _prepare(axes: Axes, count: int, widest: float, title: str) -> None:
    axes.set_xlim(0, widest)
    axes.set_ylim(count + 0.5, 0.5)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.annotate(
        title, (0, 1), xycoords="axes fraction", xytext=(0, 8), textcoords="offset points", color=Colour.MUTED,
        fontsize=FONT_SIZE - 0.5,
    )  # fmt: skip


def _beside(axes: Axes, x: float, encoder: int, text: str, away: int, step: float, colour: Colour) -> None:
    axes.annotate(
        text, (x, encoder), xytext=(away, 0), textcoords="offset points", va="center_baseline",
        ha="left" if away > 0 else "right", color=colour, fontsize=min(FONT_SIZE, 0.75 * step),
        annotation_clip=False,
    )  # fmt: skip


def _in_words(steps: Sequence[Stair], time: EncoderTime | None) -> str:
    words = "; ".join(
        f"encoder {encoder} passes on {one.leaving} of {one.entering}" for encoder, one in enumerate(steps, start=1)
    )
    if time is None:
        return f"Word-vectors: {words}."
    spent = ", ".join(milliseconds(sum(parts)) for parts in time.by_encoder)
    return f"Word-vectors: {words}. Milliseconds by encoder: {spent}."
