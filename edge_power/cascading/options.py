"""What a cascade is asked for."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from edge_power.data import Source
from edge_power.errors import OptionError

BAG: Literal["bag"] = "bag"
EXITS: Literal["exits"] = "exits"
LARGEST_BAG_MB = 4.0


@dataclass(frozen=True, slots=True)
class TierName:
    """A tier as a user names it.

    Attributes:
        path: of a bundle; None for a bag tier that is to be trained, and for exits.
        budget: of the bundle; None takes its first.
        kind: what it is: exits are the stages of the second's budget before its last.
    """

    path: Path | None
    budget: str | None = None
    kind: Literal["bundle", "bag", "exits"] = "bundle"

    @classmethod
    def read(cls, typed: str, option: str) -> "TierName":
        """Read `bag`, `exits`, or `BUNDLE[:budget]`.

        Raises:
            OptionError: it is none of them.
        """
        path, colon, budget = typed.rpartition(":")
        if Path(typed).is_dir():
            return cls(Path(typed))
        if colon and Path(path).is_dir():
            return cls(Path(path), budget)
        if option == "first" and (typed == BAG or typed == EXITS):
            return cls(None, kind=typed)
        expected = "bag, exits, or a bundle's directory" if option == "first" else "a bundle's directory"
        raise OptionError(f"`{option}` is {typed!r}, must be {expected}, with :budget behind it where not its first")


@dataclass(frozen=True, slots=True)
class Options:
    """What a cascade is made of and by.

    Attributes:
        second: the last tier.
        first: those before it, in the order they are asked.
        output: the bundle to write.
        report: the page to write.
        train: labelled texts for a bag tier, and for what is held out of them; None where neither is wanted.
        select: labelled texts to choose by; None holds some of `train` out.
        dev: labelled texts to report on.
        unlabelled: texts that a bag tier learns the second tier's answers to.
        max_loss: points of accuracy that may be lost.
        latency: report of a profile; None counts multiply-adds.
        bag_mb: of the bag tier's file, at most.
        distil: weight of the second tier's answers against labels.
        engine: that answers here; None takes the first installed.
        precision: likewise.
        seed: of what is held out, and of training.
        force: replace what is there.

    Raises:
        OptionError: a value cannot be used.
    """

    second: TierName
    first: tuple[TierName, ...]
    output: Path
    report: Path
    train: Source | None
    select: Source | None
    dev: Source | None
    unlabelled: Source | None
    max_loss: float
    latency: Path | None
    bag_mb: float
    distil: float
    engine: str | None
    precision: str | None
    seed: int
    force: bool

    def __post_init__(self) -> None:
        if not self.first:
            raise OptionError("`first` names no tier; give bag, exits, or a bundle's directory")
        kinds = [tier.kind for tier in self.first]
        for kind in (BAG, EXITS):
            if kinds.count(kind) > 1:
                raise OptionError(f"`first` names {kind} twice; give it once")
        if self.has_exits and kinds[-1] != EXITS:
            raise OptionError("`first` names a tier behind exits, from which the second goes on; name exits last")
        if not (math.isfinite(self.max_loss) and 0 < self.max_loss <= 100):
            raise OptionError(f"`max_loss` is {self.max_loss:g}, must be points above 0 and at most 100, such as 0.5")
        if not 0 < self.bag_mb <= LARGEST_BAG_MB:
            raise OptionError(f"`bag_mb` is {self.bag_mb:g}, must be above 0 and at most {LARGEST_BAG_MB:g}")
        if not 0 <= self.distil <= 1:
            raise OptionError(f"`distil` is {self.distil:g}, must be in 0..1")
        if self.seed < 0:
            raise OptionError(f"`seed` is {self.seed}, must be at least 0")
        if self.train is None and (self.has_bag or self.select is None):
            raise OptionError(
                f"`train` is needed {'for the bag tier' if self.has_bag else 'where `select` is not given'}"
            )
        if self.unlabelled is not None and not self.has_bag:
            raise OptionError("`unlabelled` is for a bag tier, and `first` has none; leave it out")

    @property
    def has_bag(self) -> bool:
        """Whether a bag tier is wanted."""
        return any(tier.kind == BAG for tier in self.first)

    @property
    def has_exits(self) -> bool:
        """Whether the second's exits are to be used."""
        return any(tier.kind == EXITS for tier in self.first)
