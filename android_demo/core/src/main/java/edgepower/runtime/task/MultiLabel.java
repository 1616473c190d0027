package edgepower.runtime.task;

import edgepower.runtime.InputException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Any number of labels out of several, each on its own, by sigmoid. */
final class MultiLabel extends Task {
    private final double threshold;

    /** A text has the labels whose probability is above the threshold, which is in (0, 1). */
    MultiLabel(double threshold) {
        if (!(threshold > 0 && threshold < 1)) {
            throw new InputException("the threshold is " + threshold + ", must be above 0 and below 1, such as "
                + DEFAULT_THRESHOLD);
        }
        this.threshold = threshold;
    }

    @Override
    public String name() {
        return "multi_label_classification";
    }

    @Override
    public Decoded decode(double[] logits, List<String> labels) {
        double[] scores = new double[logits.length];
        List<Integer> above = new ArrayList<Integer>();
        for (int place = 0; place < scores.length; place++) {
            scores[place] = sigmoid(logits[place]);
            if (scores[place] > threshold) {
                above.add(insertion(above, logits, logits[place]), place);
            }
        }
        List<String> named = new ArrayList<String>(above.size());
        for (int place : above) {
            named.add(labels.get(place));
        }
        int best = largest(logits);
        return new Decoded(labels.get(best), scores[best], scores, Collections.unmodifiableList(named));
    }

    @Override
    public boolean agree(double[] ours, double[] theirs) {
        // sigmoid(x) > t where x > ln(t / (1 - t)), and nothing can overflow.
        double least = Math.log(threshold / (1 - threshold));
        for (int place = 0; place < ours.length; place++) {
            if (ours[place] > least != theirs[place] > least) {
                return false;
            }
        }
        return true;
    }

    /** Where a logit goes among others of falling size, behind its equals. */
    private static int insertion(List<Integer> places, double[] logits, double logit) {
        int low = 0;
        int high = places.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (logits[places.get(middle)] >= logit) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
