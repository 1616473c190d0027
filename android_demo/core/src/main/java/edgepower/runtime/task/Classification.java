package edgepower.runtime.task;

import java.util.Collections;
import java.util.List;

/** One label out of several: the likeliest, by softmax. */
public final class Classification extends Task {
    @Override
    public String name() {
        return "classification";
    }

    @Override
    public Decoded decode(double[] logits, List<String> labels) {
        int best = largest(logits);
        double[] scores = new double[logits.length];
        double total = 0;
        for (int place = 0; place < scores.length; place++) {
            scores[place] = Math.exp(logits[place] - logits[best]); // shifted, so that none overflows
            total += scores[place];
        }
        for (int place = 0; place < scores.length; place++) {
            scores[place] /= total;
        }
        String label = labels.get(best);
        return new Decoded(label, scores[best], scores, Collections.singletonList(label));
    }

    @Override
    public boolean agree(double[] ours, double[] theirs) {
        return largest(ours) == largest(theirs);
    }
}
