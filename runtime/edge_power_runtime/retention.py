"""How many word-vectors each encoder passes on: as fractions, as whole numbers, and as the words that were kept."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from edge_power_runtime.errors import RetentionError
from edge_power_runtime.readout import CLS, WORDS, Readout

# 0.35 * 20 is 7.000000000000001 in binary; without the slack its ceiling would be 8.
CEILING_SLACK = 1e-6


@dataclass(frozen=True, slots=True)
class RetentionConfig:
    """Word-vectors that each encoder passes on at one length (PoWER-BERT, arXiv:2001.08950).

    Attributes:
        length: N, tokens entering encoder 1, [CLS] and padding included.
        keep: l_1..l_L, tokens leaving each encoder; non-increasing and at least 1.
        readout: what the last encoder computes.

    Raises:
        RetentionError: no encoder is given, or some l_j is outside 1..l_(j-1), with l_0 = N.
    """

    length: int
    keep: tuple[int, ...]
    readout: Readout = field(default=CLS, repr=False)

    def __post_init__(self) -> None:
        if not self.keep:
            raise RetentionError(f"expected one number of word-vectors per encoder, found none; got {self}")
        entering = self.length
        for encoder, kept in enumerate(self.keep, start=1):
            if not 1 <= kept <= entering:
                raise RetentionError(f"encoder {encoder} keeps {kept} word-vectors, must be 1..{entering}; got {self}")
            entering = kept

    @property
    def entering(self) -> tuple[int, ...]:
        """Word-vectors that enter each encoder: l_0..l_(L-1)."""
        return (self.length, *self.keep[:-1])

    @property
    def passing(self) -> int:
        """How many encoders, from the first on, pass on words as `keep` says: see `Readout.passing`."""
        return self.readout.passing(len(self.keep))

    @property
    def drops(self) -> tuple[int, ...]:
        """Encoders, counted from 0, whose choice of words a program reports in its output `kept`.

        One that is not passing is left out where it keeps the rows that are read, which is no choice.
        """
        return tuple(
            encoder
            for encoder, (entering, kept) in enumerate(zip(self.entering, self.keep, strict=True))
            if kept < entering and (encoder < self.passing or kept != self.readout.rows)
        )

    def part(self, first: int, last: int) -> "RetentionConfig":
        """What a stage keeps that computes a part of the encoders; the whole configuration where it computes all.

        Args:
            first: the first encoder that it computes, counted from 1.
            last: the last one.
        """
        readout = self.readout if last == len(self.keep) else WORDS
        return RetentionConfig(self.entering[first - 1], self.keep[first - 1 : last], readout)

    @property
    def is_full(self) -> bool:
        """Whether every passing encoder passes on all that entered encoder 1."""
        return all(kept == self.length for kept in self.keep[: self.passing])


@dataclass(frozen=True, slots=True)
class RetentionSchedule:
    """The fraction of the length that each encoder passes on; one schedule serves every length.

    Attributes:
        fractions: one per encoder, in (0, 1], non-increasing; that of an encoder that is not passing decides nothing.
        readout: what the last encoder computes.

    Raises:
        RetentionError: no fraction is given, or one is not finite, outside (0, 1], or larger than the one before.
    """

    fractions: tuple[float, ...]
    readout: Readout = field(default=CLS, repr=False)

    def __post_init__(self) -> None:
        if not self.fractions:
            raise RetentionError("expected one fraction per encoder, found none")
        previous = 1.0
        for encoder, fraction in enumerate(self.fractions, start=1):
            if not (math.isfinite(fraction) and 0 < fraction <= 1):
                raise RetentionError(f"encoder {encoder} has the fraction {fraction}, must be in (0, 1]; got {self}")
            if fraction > previous:
                raise RetentionError(
                    f"encoder {encoder} has {fraction}, more than the {previous} before; must not grow; got {self}"
                )
            previous = fraction

    @classmethod
    def full(cls, encoders: int) -> "RetentionSchedule":
        """The schedule of `encoders` encoders that drops nothing."""
        return cls((1.0,) * encoders)

    @property
    def passing(self) -> int:
        """How many of its encoders, from the first on, pass on words as `fractions` say: see `Readout.passing`."""
        return self.readout.passing(len(self.fractions))

    def for_encoders(self, encoders: int) -> "RetentionSchedule":
        """Complete the schedule for a model of `encoders` encoders.

        Args:
            encoders: L. The schedule may hold L fractions, or one for each passing encoder.

        Raises:
            RetentionError: the schedule holds another number of fractions.
        """
        given, passing = len(self.fractions), self.readout.passing(encoders)
        if given not in (passing, encoders):
            raise RetentionError(
                f"the schedule has {given} fractions and the model has {encoders} encoders; "
                f"give {passing} fractions (the last encoder keeps {self.readout.rows} word) or {encoders}"
            )
        missing = encoders - given
        return replace(self, fractions=self.fractions + self.fractions[-1:] * missing) if missing else self

    def at(self, length: int) -> RetentionConfig:
        """Round the schedule to whole word-vectors, upwards, at one length.

        Args:
            length: N, tokens entering encoder 1, [CLS] and padding included.

        Raises:
            RetentionError: the length is below 1.
        """
        keep: list[int] = []
        entering = length
        for fraction in self.fractions[: self.passing]:
            entering = min(entering, max(1, math.ceil(fraction * length - CEILING_SLACK)))
            keep.append(entering)
        return RetentionConfig(length, self.readout.complete(keep), self.readout)


def count_kept(found: Sequence[Sequence[int]], expected: Sequence[Sequence[int]], num_tokens: int) -> tuple[int, int]:
    """Count the words that were to be kept and were, and those that were to be.

    Args:
        found: per encoder the positions kept, padding among them or not.
        expected: likewise.
        num_tokens: how many positions are words.
    """
    wanted = [{position for position in positions if position < num_tokens} for positions in expected]
    same = sum(len(words.intersection(positions)) for words, positions in zip(wanted, found, strict=True))
    return same, sum(map(len, wanted))


def survivors(
    kept: np.ndarray, config: RetentionConfig, entering: Sequence[int] | None = None
) -> tuple[tuple[int, ...], ...]:
    """Turn a program's output `kept` into positions in the text.

    Args:
        kept: integers, (sum of keep_j over config.drops,): for each encoder that drops, in order, the rows it keeps,
            counted among the rows that enter it. Row 0 is [CLS] and comes first.
        config: the configuration that the program was traced with.
        entering: of a stage, the positions of the rows that the stage before handed on; None is the text's, in order.

    Returns:
        For every passing encoder the positions of its output rows, 0 being [CLS], in the kept order.

    Raises:
        RetentionError: the shape or type is wrong, or a row is out of range, repeated, or not [CLS] where it must be.
    """
    expected = sum(config.keep[encoder] for encoder in config.drops)
    if kept.shape != (expected,) or kept.dtype.kind not in "iu":
        raise RetentionError(f"kept is {kept.dtype}{kept.shape}, expected integers of shape ({expected},) for {config}")
    positions = tuple(range(config.length) if entering is None else entering)
    found: list[tuple[int, ...]] = []
    rest: list[int] = kept.tolist()
    for encoder in range(config.passing):
        if encoder in config.drops:
            rows, rest = rest[: config.keep[encoder]], rest[config.keep[encoder] :]
            _check_rows(rows, entering=config.entering[encoder], encoder=encoder)
            positions = tuple(positions[row] for row in rows)
        found.append(positions)
    return tuple(found)


def _check_rows(rows: list[int], *, entering: int, encoder: int) -> None:
    where = f"encoder {encoder + 1} keeps the rows {rows}"
    if rows[0] != 0:
        raise RetentionError(f"{where}; the first must be 0, which is [CLS]")
    if min(rows) < 0 or max(rows) >= entering:
        raise RetentionError(f"{where}; each must be in 0..{entering - 1}")
    if len(set(rows)) != len(rows):
        raise RetentionError(f"{where}; each may be kept once")
