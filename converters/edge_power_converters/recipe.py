"""How an artifact is to be made, and what it must reach: a recipe is the whole of what a converter is told."""

from dataclasses import dataclass

from edge_power_converters.errors import ConversionError
from edge_power_runtime.bundle.artifacts import Acceptance, at_precision

# Of kept words, where weights are rounded: words whose scores are nearly equal change places.
KEPT_AGREEMENT = 0.8


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


def reduced(engine: str, precision: str, lowering: str, *, label_agreement: float = 0.98) -> Recipe:
    """The recipe for rounded weights: the same labels, and most of the same words.

    Args:
        engine: onnx, executorch or tflite.
        precision: fp16 or int8.
        lowering: how the graphs are traced.
        label_agreement: the least fraction of texts with the same label.
    """
    return Recipe(engine, precision, lowering, Acceptance(None, label_agreement, KEPT_AGREEMENT))
