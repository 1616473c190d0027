package edgepower.runtime.bundle;

import edgepower.runtime.json.JsonNode;

/** What every program of an artifact must reach on each device (BUNDLE.md, sections 3 and 8). */
public final class Acceptance {
    /** The largest difference of a logit from the eager model; NaN where that is not asked. */
    public final double maxAbsError;

    /** The least fraction of texts with the same label. */
    public final double labelAgreement;

    /** The least fraction of kept words that are the same. */
    public final double keptAgreement;

    /** The largest difference of a logit from what the artifact itself gave at conversion; NaN where not asked. */
    public final double repeatError;

    Acceptance(JsonNode node) {
        maxAbsError = number(node.nullable("max_abs_error"));
        labelAgreement = node.get("label_agreement").number();
        keptAgreement = node.get("kept_agreement").number();
        repeatError = number(node.optional("repeat_error"));
    }

    private static double number(JsonNode node) {
        return node == null ? Double.NaN : node.number();
    }

    /** Whether a device is compared with what the artifact gave where it was converted. */
    public boolean repeats() {
        return !Double.isNaN(repeatError);
    }

    /**
     * Whether a program reached it; NaN for an error is a failure.
     *
     * @param error the largest difference of a logit
     * @param bound how large it may be; NaN asks for a finite one alone
     * @param labels the fraction of texts with the same label
     * @param kept the fraction of kept words that are the same
     */
    public boolean accepts(double error, double bound, double labels, double kept) {
        boolean near = Double.isNaN(bound) ? error < Double.POSITIVE_INFINITY : error <= bound;
        return near && labels >= labelAgreement && kept >= keptAgreement;
    }
}
