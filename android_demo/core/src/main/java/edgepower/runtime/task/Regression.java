package edgepower.runtime.task;

import java.util.Collections;
import java.util.List;

/** One value, as a cross-encoder gives it that ranks pairs. */
final class Regression extends Task {
    private final boolean sigmoid;

    Regression(boolean sigmoid) {
        this.sigmoid = sigmoid;
    }

    @Override
    public String name() {
        return "regression";
    }

    @Override
    public Decoded decode(double[] logits, List<String> labels) {
        double value = sigmoid ? sigmoid(logits[0]) : logits[0];
        return new Decoded(null, value, new double[] {value}, Collections.<String>emptyList());
    }

    @Override
    public boolean agree(double[] ours, double[] theirs) {
        return true; // a value is no label: how far two are apart is told as such
    }
}
