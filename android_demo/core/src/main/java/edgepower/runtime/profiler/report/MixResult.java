package edgepower.runtime.profiler.report;

/** What a user of the given texts would feel: each text on the program that it falls on (PROFILE.md section 6). */
public final class MixResult {
    /** As in {@link Case}, whose length is 0: a mix has many. The budget may be a cascade. */
    public final Case key;

    /** Samples of texts that were cut at the longest length. */
    public final int truncated;

    /** Who answered; null where the budget is no cascade. */
    public final MixCascade cascade;

    final int[] lengths;
    final int[] numTokens;
    final double[] totalMs;

    /**
     * Takes the samples over, in the order of the texts.
     *
     * @param lengths of the program that gave each answer; 0 where a tier without programs did
     * @param numTokens of each text
     * @param totalMs text to prediction of each
     */
    public MixResult(
            Case key, int[] lengths, int[] numTokens, double[] totalMs, int truncated, MixCascade cascade) {
        this.key = key;
        this.lengths = lengths;
        this.numTokens = numTokens;
        this.totalMs = totalMs;
        this.truncated = truncated;
        this.cascade = cascade;
    }

    /** How many samples there are. */
    public int size() {
        return totalMs.length;
    }
}
