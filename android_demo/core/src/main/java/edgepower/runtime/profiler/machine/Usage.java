package edgepower.runtime.profiler.machine;

/** Who used the CPU while answers were timed; null is what the system does not tell (PROFILE.md section 4). */
public final class Usage {
    /** How long it took. */
    public final double wallS;

    /** CPU time of this process, all threads. */
    public final double ownCpuS;

    /** Of all other processes, on the cores that this one may use. */
    public final Double otherCpuS;

    /** Time of those cores that the hypervisor gave to others. */
    public final Double stolenS;

    /** How often another process took a core from this one. */
    public final Long involuntarySwitches;

    /** Makes one of its parts. */
    public Usage(double wallS, double ownCpuS, Double otherCpuS, Double stolenS, Long involuntarySwitches) {
        this.wallS = wallS;
        this.ownCpuS = ownCpuS;
        this.otherCpuS = otherCpuS;
        this.stolenS = stolenS;
        this.involuntarySwitches = involuntarySwitches;
    }
}
