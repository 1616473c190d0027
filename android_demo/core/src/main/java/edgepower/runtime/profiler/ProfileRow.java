package edgepower.runtime.profiler;

/** A case of a report as a table on a phone shows it; all times are from text to prediction, in milliseconds. */
public final class ProfileRow {
    /** The whole case, such as {@code onnx fp32 full 64, 1 thread}. */
    public final String name;

    /** Half of the samples took less. */
    public final double medianMs;

    /** Nine of ten samples took less. */
    public final double p90Ms;

    /** The median of the engine's part. */
    public final double runMs;

    /** The baseline's median over this one; NaN for the baseline itself, and where there is none. */
    public final double speedUp;

    /** What the speed-up is over, such as {@code full}; null where there is none. */
    public final String over;

    ProfileRow(String name, double medianMs, double p90Ms, double runMs, double speedUp, String over) {
        this.name = name;
        this.medianMs = medianMs;
        this.p90Ms = p90Ms;
        this.runMs = runMs;
        this.speedUp = speedUp;
        this.over = over;
    }
}
