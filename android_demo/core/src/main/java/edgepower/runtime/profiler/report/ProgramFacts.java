package edgepower.runtime.profiler.report;

/** What the manifest says of a case's program. */
public final class ProgramFacts {
    /** Multiply-adds. */
    public final long macs;

    /** Of all files of the artifact, which holds every program of its precision. */
    public final long artifactBytes;

    private final int[] keep;

    /** Makes them; the array is taken over. */
    public ProgramFacts(int[] keep, long macs, long artifactBytes) {
        this.keep = keep;
        this.macs = macs;
        this.artifactBytes = artifactBytes;
    }

    /** Word-vectors that leave each encoder. */
    public int[] keep() {
        return keep.clone();
    }
}
