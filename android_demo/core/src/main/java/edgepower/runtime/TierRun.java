package edgepower.runtime;

/** A tier of a cascade that was asked about a text (BUNDLE.md, section 12). */
public final class TierRun {
    /** Of the tier. */
    public final String name;

    /** The largest probability that it gave, at its temperature. */
    public final double confidence;

    /** Milliseconds from the question to its answer. */
    public final double timeMs;

    /** How many of the prediction's steps are its own; those of the tiers stand in their order. */
    public final int numSteps;

    /** Notes what a tier did. */
    public TierRun(String name, double confidence, double timeMs, int numSteps) {
        this.name = name;
        this.confidence = confidence;
        this.timeMs = timeMs;
        this.numSteps = numSteps;
    }
}
