package edgepower.runtime.cascade;

import edgepower.runtime.Answerer;

/** One of those that a cascade asks. */
public final class Tier {
    /** No other tier of the cascade has it. */
    public final String name;

    /** Whom to ask. */
    public final Answerer answerer;

    /** Above 0; divides the logits before the confidence is taken. */
    public final double temperature;

    /** The answer stands where the confidence is at least this; NaN in the last tier, whose answer always stands. */
    public final double threshold;

    /** Puts a tier together. */
    public Tier(String name, Answerer answerer, double temperature, double threshold) {
        this.name = name;
        this.answerer = answerer;
        this.temperature = temperature;
        this.threshold = threshold;
    }

    Tier named(String other) {
        return new Tier(other, answerer, temperature, threshold);
    }
}
