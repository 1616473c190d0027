package edgepower.runtime.cascade;

import edgepower.runtime.Prediction;

/** How sure a tier is of its answer (BUNDLE.md, section 12; Guo et al., arXiv:1706.04599). */
final class Confidence {
    private Confidence() {
    }

    /**
     * Gives the largest probability of softmax(logits / temperature): 1 / sum_j e^((x_j - m) / T).
     *
     * @param prediction of a classification
     * @param temperature T, above 0; 1 gives the prediction's own score
     */
    static double of(Prediction prediction, double temperature) {
        double[] logits = prediction.logits;
        if (temperature == 1 || logits.length == 0) {
            return prediction.score;
        }
        double largest = logits[0];
        for (double logit : logits) {
            largest = Math.max(largest, logit);
        }
        double total = 0;
        for (double logit : logits) {
            total += Math.exp((logit - largest) / temperature);
        }
        return 1 / total;
    }
}
