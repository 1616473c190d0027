package edgepower.runtime.profiler.report;

import java.util.Collections;
import java.util.List;

/** A fixed computation, timed between the turns: how fast the machine itself was meanwhile (PROFILE.md section 9). */
public final class Reference {
    /** What was computed; times of different work say nothing of each other. */
    public final String work;

    /** How many samples each round of the cases took. */
    public final List<Integer> rounds;

    /** The samples, above 0, in milliseconds. */
    public final List<Double> timesMs;

    /** Puts what was timed together. */
    public Reference(String work, List<Integer> rounds, List<Double> timesMs) {
        this.work = work;
        this.rounds = Collections.unmodifiableList(rounds);
        this.timesMs = Collections.unmodifiableList(timesMs);
    }
}
