"""Figures as people write them, and lists of names."""

from collections.abc import Sequence
from decimal import Decimal

from edge_power_runtime.reading.printable import one_line

_UNITS = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))
NONE = "\N{EN DASH}"


def milliseconds(value: float | None) -> str:
    """Write a time in ms without its unit, three digits of it; a dash for None."""
    if value is None:
        return NONE
    size = abs(value)
    digits = 0 if size >= 99.95 else 1 if size >= 9.995 else 2 if size >= 0.9995 else 3
    return f"{value:,.{digits}f}"


def interval(low: float, high: float) -> str:
    """Write both ends of an interval of times in ms."""
    return f"{milliseconds(low)}{NONE}{milliseconds(high)}"


def significant(value: float) -> str:
    """Write three digits that say something, never as a power of ten: `1,360`, `1.23`, `0.0456`."""
    return f"{Decimal(f'{value:.3g}'):,f}"


def times(value: float) -> str:
    """Write a ratio, such as `1.93x`."""
    return f"{value:.2f}x" if abs(value) < 99.995 else f"{value:,.0f}x"


def change(part: float) -> str:
    """Write a change as a signed percentage, such as `+1.2 %`; what rounds to nothing has no sign."""
    digits = f"{abs(100 * part):.1f}"
    sign = "" if float(digits) == 0 else "+" if part > 0 else "\N{MINUS SIGN}"
    return f"{sign}{digits} %"


def size(value: int | None) -> str:
    """Write bytes with a decimal unit, such as `22.7 MB`; a dash for None."""
    return NONE if value is None else f"{scaled(value)}B"


def scaled(value: float) -> str:
    """Write a count with three digits and the letter of its thousand, such as `1.36 G`; the unit is to follow."""
    for unit, letter in _UNITS:
        if abs(value) >= 0.9995 * unit:
            part = value / unit
            digits = 0 if abs(part) >= 99.95 else 1 if abs(part) >= 9.995 else 2
            return f"{part:,.{digits}f} {letter}"
    return f"{value:,.0f} "


def rate(value: float | None) -> str:
    """Write something per second: whole where it is large; a dash for None."""
    return NONE if value is None else f"{value:,.0f}" if value >= 99.5 else f"{value:,.1f}"


def list_of(parts: Sequence[str]) -> str:
    """Join parts as a sentence does."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)


def count(number: int, noun: str) -> str:
    """Write a number of things; the plural gets an s."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def last_line(text: str) -> str:
    """Put the last line that is not blank on one line, as `one_line` does; empty where there is none."""
    return next((one_line(line) for line in reversed(text.split("\n")) if line.strip()), "")
