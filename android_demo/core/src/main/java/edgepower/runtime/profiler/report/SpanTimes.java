package edgepower.runtime.profiler.report;

import java.util.List;

/** Milliseconds of one span of every timed answer (PROFILE.md section 5). */
public final class SpanTimes {
    /** As the answerer names it. */
    public final String name;

    /** Whether it is a program's run. */
    public final boolean inEngine;

    private final double[] timesMs;

    /** Takes the samples over, in the order they were taken. */
    public SpanTimes(String name, boolean inEngine, double[] timesMs) {
        this.name = name;
        this.inEngine = inEngine;
        this.timesMs = timesMs;
    }

    /** How many samples there are. */
    public int size() {
        return timesMs.length;
    }

    /** A sample, in milliseconds. */
    public double ms(int sample) {
        return timesMs[sample];
    }

    /**
     * Sums spans, sample by sample.
     *
     * @param spans one at least, all with as many samples
     * @param engineAlone whether to sum only those that are a program's run
     * @return milliseconds
     */
    public static double[] total(List<SpanTimes> spans, boolean engineAlone) {
        double[] sum = new double[spans.get(0).size()];
        for (SpanTimes span : spans) {
            for (int sample = 0; sample < sum.length && (span.inEngine || !engineAlone); sample++) {
                sum[sample] += span.timesMs[sample];
            }
        }
        return sum;
    }
}
