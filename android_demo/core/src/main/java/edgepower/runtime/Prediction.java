package edgepower.runtime;

import java.util.Arrays;
import java.util.LinkedList;
import java.util.List;

/**
 * What a model says about one text, and how it came to say so (BUNDLE.md, sections 5 and 6).
 *
 * <p>The last step gave the answer, so {@link #program} and {@link #survivors} are that step's. Immutable; do not
 * change the arrays.
 */
public final class Prediction {
    /** The likeliest label; null for a regression. */
    public final String label;

    /** Its probability; the value for a regression. */
    public final double score;

    /** The probability of every label, in the manifest's order; the value alone for a regression. */
    public final double[] scores;

    /**
     * Those that the text has, the likeliest first: the one label of a classification, of a multi-label model those
     * above the threshold, perhaps none, and none for a regression.
     */
    public final List<String> labels;

    /** What the last program or tier gave, one for each label. */
    public final double[] logits;

    /** Tokens of the text that were read, [CLS] and [SEP] included. */
    public final int numTokens;

    /** Whether the text was longer than the longest program, and was cut. */
    public final boolean truncated;

    /** The programs that ran, in order, those of all tiers of a cascade; empty where none ran. */
    public final List<Step> steps;

    /** Of a cascade the tiers that were asked, in order; else empty. */
    public final List<TierRun> tiers;

    /** Puts an answer together; the arrays and lists are taken over. */
    public Prediction(String label, double score, double[] scores, List<String> labels, double[] logits,
            int numTokens, boolean truncated, List<Step> steps, List<TierRun> tiers) {
        this.label = label;
        this.score = score;
        this.scores = scores;
        this.labels = labels;
        this.logits = logits;
        this.numTokens = numTokens;
        this.truncated = truncated;
        this.steps = steps;
        this.tiers = tiers;
    }

    /** The name of the tier that gave the answer; null where there is no cascade. */
    public String tier() {
        return tiers.isEmpty() ? null : tiers.get(tiers.size() - 1).name;
    }

    /** The probability of each of {@link #labels}. */
    public double[] labelScores() {
        double[] sorted = scores.clone();
        Arrays.sort(sorted);
        double[] highest = new double[labels.size()];
        for (int place = 0; place < highest.length; place++) {
            highest[place] = sorted[sorted.length - 1 - place];
        }
        return highest;
    }

    /** The name of the program that gave the answer; null where none ran. */
    public String program() {
        return steps.isEmpty() ? null : steps.get(steps.size() - 1).program;
    }

    /** The length that the text ran at; 0 where no program ran. */
    public int length() {
        return steps.isEmpty() ? 0 : steps.get(steps.size() - 1).length;
    }

    /**
     * Positions of the words that each encoder but the last passes on, likeliest to matter first after [CLS].
     *
     * <p>Positions index {@link Classifier#tokens}; padding is left out. Empty where the program drops nothing, or
     * none ran. Of a model in stages they are those of the encoders that were computed.
     *
     * @throws edgepower.runtime.retention.RetentionException the program gave rows that cannot be
     */
    public List<int[]> survivors() {
        return Step.composed(path(), numTokens);
    }

    /** The last of the steps, and those before it that it went on from; in order, from the first encoder on. */
    public List<Step> path() {
        LinkedList<Step> path = new LinkedList<Step>();
        for (int place = steps.size() - 1; place >= 0; place--) {
            Step step = steps.get(place);
            if (path.isEmpty() || path.getFirst().first == step.first + step.retention.encoders()) {
                path.addFirst(step);
            }
        }
        return path;
    }
}
