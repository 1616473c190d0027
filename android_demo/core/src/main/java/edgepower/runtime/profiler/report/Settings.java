package edgepower.runtime.profiler.report;

import java.util.Collections;
import java.util.List;

/** How it was measured (PROFILE.md section 3). */
public final class Settings {
    /** Answers of each case before the first timed one. */
    public final int warmup;

    /** Timed answers of each case that were asked for. */
    public final int iterations;

    /** Ended the timing that early; NaN for no end. */
    public final double maxSeconds;

    /** Timed answers of a turn. */
    public final int burst;

    /** That were asked for, in 0..100. */
    public final List<Double> percentiles;

    /** The name of the user's texts, or {@code built-in}. */
    public final String texts;

    /** Of the user's; 0 for built-in ones. */
    public final int numTexts;

    /** Puts them together. */
    public Settings(
            int warmup,
            int iterations,
            double maxSeconds,
            int burst,
            List<Double> percentiles,
            String texts,
            int numTexts) {
        this.warmup = warmup;
        this.iterations = iterations;
        this.maxSeconds = maxSeconds;
        this.burst = burst;
        this.percentiles = Collections.unmodifiableList(percentiles);
        this.texts = texts;
        this.numTexts = numTexts;
    }
}
