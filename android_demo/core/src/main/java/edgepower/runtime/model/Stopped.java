package edgepower.runtime.model;

import edgepower.runtime.bundle.Program;
import edgepower.runtime.onnx.HandedOn;
import edgepower.runtime.text.EncodedText;
import java.util.List;

/** Where a text stopped between two stages. */
final class Stopped {
    /** Whose stages ran. */
    final Model model;

    /** Of the stages. */
    final String budget;

    /** The text. */
    final EncodedText encoded;

    /** The stages that are left at the length that was chosen. */
    final List<Program> rest;

    /** What the first of these goes on from; null where none ran. */
    final HandedOn handedOn;

    Stopped(Model model, String budget, EncodedText encoded, List<Program> rest, HandedOn handedOn) {
        this.model = model;
        this.budget = budget;
        this.encoded = encoded;
        this.rest = rest;
        this.handedOn = handedOn;
    }
}
