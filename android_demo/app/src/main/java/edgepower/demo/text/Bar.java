package edgepower.demo.text;

/** A label and how likely it is; immutable. */
public final class Bar {
    /** The label. */
    public final String label;

    /** Its probability in 0..1. */
    public final double share;

    /** The probability as a person reads it. */
    public final String percent;

    /** The whole of it for a screen reader. */
    public final String spoken;

    Bar(String label, double share, String percent, String spoken) {
        this.label = label;
        this.share = share;
        this.percent = percent;
        this.spoken = spoken;
    }
}
