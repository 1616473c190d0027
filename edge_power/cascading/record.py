"""What came out of `edge-power cascade`."""

from dataclasses import dataclass

from edge_power.cascading.costs import Unit
from edge_power.cascading.thresholds.choose import Choice
from edge_power.cascading.thresholds.mixture import Mixture
from edge_power_runtime.bundle.cascades import CascadeEntry


@dataclass(frozen=True, slots=True)
class CascadeRecord:
    """A cascade that was made.

    Attributes:
        name: of the model.
        engine: that answered, with its precision, such as `onnx int8`.
        entry: of the manifest.
        choice: of the thresholds, with the curve that they were chosen from.
        left_out: encoders of the exits that were looked at, and are not asked.
        dev: at the chosen thresholds, on the dev rows; None without them.
        dev_curve: at those of the curve; empty without dev rows.
        dev_rows: how many there are.
        unit: of costs.
        trained: texts that the bag tier was trained on; 0 where there is none.
        bag_bytes: of its file.
        held_out: rows of the training texts that were held out to choose by; 0 where others were given.
    """

    name: str
    engine: str
    entry: CascadeEntry
    choice: Choice
    left_out: tuple[int, ...]
    dev: Mixture | None
    dev_curve: tuple[Mixture, ...]
    dev_rows: int
    unit: Unit
    trained: int
    bag_bytes: int
    held_out: int

    @property
    def tiers(self) -> tuple[str, ...]:
        """The names of the tiers."""
        return tuple(tier.name for tier in self.entry.tiers)
