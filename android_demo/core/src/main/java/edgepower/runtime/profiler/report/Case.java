package edgepower.runtime.profiler.report;

/** What one series of samples is of; unique in a report (PROFILE.md section 1). */
public final class Case {
    /** The engine that runs it, {@code onnx} here. */
    public final String engine;

    /** fp32, fp16 or int8. */
    public final String precision;

    /** Of the bundle. */
    public final String budget;

    /** Of the program. */
    public final int length;

    /** That one run may use. */
    public final int threads;

    /** Makes one of its parts. */
    public Case(String engine, String precision, String budget, int length, int threads) {
        this.engine = engine;
        this.precision = precision;
        this.budget = budget;
        this.length = length;
        this.threads = threads;
    }

    /** Whether it differs from another by the budget alone, so that one may be the other's baseline. */
    public boolean isLike(Case other) {
        return engine.equals(other.engine)
                && precision.equals(other.precision)
                && length == other.length
                && threads == other.threads;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Case && isLike((Case) other) && budget.equals(((Case) other).budget);
    }

    @Override
    public int hashCode() {
        return toString().hashCode();
    }

    /** Such as {@code onnx fp32 balanced 128, 1 thread}. */
    @Override
    public String toString() {
        return engine + " " + precision + " " + budget + " " + length + ", " + Figures.count(threads, "thread");
    }
}
