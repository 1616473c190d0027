"""How an artifact is to be made, and what it must reach: a recipe is the whole of what a converter is told."""

from dataclasses import dataclass

from edge_power_converters.errors import ConversionError
from edge_power_runtime.bundle.manifest import Parity, at_precision


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What each program of an artifact must reach against the eager model.

    Attributes:
        max_abs_error: the largest difference of a logit.
        label_agreement: the least fraction of texts with the same label.
        kept_agreement: the least fraction of texts with the same kept words, near ties set apart.
    """

    max_abs_error: float
    label_agreement: float
    kept_agreement: float

    def accepts(self, parity: Parity) -> bool:
        """Whether a program reached it; no number is a failure."""
        return (
            parity.max_abs_error <= self.max_abs_error
            and parity.label_agreement >= self.label_agreement
            and parity.kept_agreement >= self.kept_agreement
        )


@dataclass(frozen=True, slots=True)
class Recipe:
    """How one artifact is made.

    Attributes:
        engine: onnx, executorch or tflite.
        precision: of its weights and products, such as fp32.
        lowering: how the graphs were traced; recorded in the artifact.
        acceptance: what its programs must reach.
    """

    engine: str
    precision: str
    lowering: str
    acceptance: Acceptance

    @property
    def title(self) -> str:
        """What people are told: the engine, and the precision where it is not fp32."""
        return at_precision(self.engine, self.precision, " ")

    def file(self, stem: str, ending: str = "") -> str:
        """Name a file or a folder as no other precision does: model.pte at fp32, model-int8.pte at int8."""
        return at_precision(stem, self.precision, "-") + ending

    def check_precision(self, *known: str) -> None:
        """Refuse a precision that a converter does not write.

        Raises:
            ConversionError: it is none of `known`.
        """
        if self.precision not in known:
            raise ConversionError(
                f"no converter writes {self.precision} for {self.engine}; expected {' or '.join(known)}"
            )


def fp32(engine: str, lowering: str, *, atol: float = 1e-4) -> Recipe:
    """The recipe for exact weights: the same words, and the same logits but for the order of additions.

    Args:
        engine: onnx, executorch or tflite.
        lowering: how the graphs are traced.
        atol: the largest difference of a logit that is accepted.
    """
    # A label may change where two logits lie within the tolerance of each other, so labels are not asked for besides.
    return Recipe(engine, "fp32", lowering, Acceptance(atol, label_agreement=0.0, kept_agreement=1.0))
