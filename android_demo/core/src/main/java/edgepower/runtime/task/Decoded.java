package edgepower.runtime.task;

import java.util.List;

/** What logits say of a text. */
public final class Decoded {
    /** The likeliest label; null for a regression. */
    public final String label;

    /** Its probability; the value for a regression. */
    public final double score;

    /** The probability of every label, in their order; the value alone for a regression. */
    public final double[] scores;

    /** Those that the text has, the likeliest first. */
    public final List<String> labels;

    Decoded(String label, double score, double[] scores, List<String> labels) {
        this.label = label;
        this.score = score;
        this.scores = scores;
        this.labels = labels;
    }
}
