package edgepower.demo.model;

import edgepower.demo.words.WordRow;
import edgepower.runtime.Prediction;
import java.util.List;

/** What a model said of a text, with all that a screen shows of it; immutable. */
public final class Answer {
    /** The answer itself. */
    public final Prediction prediction;

    /** In the order of its scores; empty for a regression. */
    public final List<String> labels;

    /** From text to answer, in milliseconds, when the model was warm. */
    public final double timeMs;

    /** What it was switched to then. */
    public final Setup setup;

    /** The row of the text, then one per encoder; empty where no encoder ran. */
    public final List<WordRow> rows;

    /** Puts one together. */
    public Answer(Prediction prediction, List<String> labels, double timeMs, Setup setup, List<WordRow> rows) {
        this.prediction = prediction;
        this.labels = labels;
        this.timeMs = timeMs;
        this.setup = setup;
        this.rows = rows;
    }

    /** Whether some encoder but the last drops a word. */
    public boolean drops() {
        return !prediction.survivors().isEmpty();
    }
}
