package edgepower.runtime.profiler.machine;

/** A core of the CPU; null is what the system does not tell. */
public final class Core {
    /** From 0. */
    public final int index;

    /** The least clock, in MHz. */
    public final Double minMhz;

    /** The highest clock, in MHz. */
    public final Double maxMhz;

    /** The policy that sets its clock. */
    public final String governor;

    /** Makes one of its parts. */
    public Core(int index, Double minMhz, Double maxMhz, String governor) {
        this.index = index;
        this.minMhz = minMhz;
        this.maxMhz = maxMhz;
        this.governor = governor;
    }
}
