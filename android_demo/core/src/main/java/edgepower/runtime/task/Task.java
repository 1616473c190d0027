package edgepower.runtime.task;

import edgepower.runtime.EngineException;
import edgepower.runtime.InputException;
import edgepower.runtime.Prediction;
import edgepower.runtime.Step;
import edgepower.runtime.TierRun;
import edgepower.runtime.bundle.Manifest;
import edgepower.runtime.text.EncodedText;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** What a model answers, and how its logits are read (BUNDLE.md, section 6). Immutable. */
public abstract class Task {
    static final double DEFAULT_THRESHOLD = 0.5;

    Task() {
    }

    /**
     * Gives the task of a manifest.
     *
     * @param manifest says which
     * @param threshold of a multi-label model, instead of the manifest's own; NaN takes that
     * @param sigmoid whether a regression gives its value's sigmoid
     * @throws InputException an option is another task's, or the threshold is outside (0, 1)
     */
    public static Task of(Manifest manifest, double threshold, boolean sigmoid) {
        boolean isMulti = manifest.task.equals("multi_label_classification");
        if (!Double.isNaN(threshold) && !isMulti) {
            throw new InputException("the threshold " + threshold + " is for a multi-label model; this is a "
                + manifest.task + ": leave it out");
        }
        if (sigmoid && !manifest.task.equals("regression")) {
            throw new InputException(
                "the sigmoid is for a model of one value; this is a " + manifest.task + ": leave it out");
        }
        if (isMulti) {
            return new MultiLabel(Double.isNaN(threshold) ? manifest.threshold : threshold);
        }
        return manifest.task.equals("regression") ? new Regression(sigmoid) : new Classification();
    }

    /** As manifests spell it. */
    public abstract String name();

    /** Reads finite logits, one for each label or the one value. */
    public abstract Decoded decode(double[] logits, List<String> labels);

    /** Whether the logits of two models say the same labels; a regression has none. */
    public abstract boolean agree(double[] ours, double[] theirs);

    /**
     * Names the label of a text that a program or a tier gave logits of.
     *
     * @param encoded the text
     * @param logits taken over
     * @param steps what ran for the text; empty where no program did
     * @throws EngineException a logit is not finite
     */
    public final Prediction predict(List<String> labels, EncodedText encoded, double[] logits, List<Step> steps) {
        for (double logit : logits) {
            if (Double.isNaN(logit) || Double.isInfinite(logit)) {
                String program = steps.isEmpty() ? "" : "program " + steps.get(steps.size() - 1).program + " ";
                throw new EngineException(program + "gave the logits " + Arrays.toString(logits)
                    + ", expected finite numbers; verify the bundle");
            }
        }
        Decoded read = decode(logits, labels);
        return new Prediction(read.label, read.score, read.scores, read.labels, logits, encoded.numTokens(),
            encoded.truncated, steps, Collections.<TierRun>emptyList());
    }

    static int largest(double[] values) {
        int best = 0;
        for (int place = 1; place < values.length; place++) {
            if (values[place] > values[best]) {
                best = place;
            }
        }
        return best;
    }

    static double sigmoid(double logit) {
        // By the power that cannot overflow.
        double power = Math.exp(-Math.abs(logit));
        return logit >= 0 ? 1 / (1 + power) : power / (1 + power);
    }
}
