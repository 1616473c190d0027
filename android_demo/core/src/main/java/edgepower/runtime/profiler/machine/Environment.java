package edgepower.runtime.profiler.machine;

import java.util.Collections;
import java.util.List;
import java.util.Map;

/** The device and what ran on it (PROFILE.md section 4). */
public final class Environment {
    /** What it is. */
    public final MachineFacts machine;

    /** Those that the profiler may use. */
    public final List<Core> cores;

    /** Of what ran, by name. */
    public final Map<String, String> versions;

    /** Right before the first timed answer. */
    public final State before;

    /** Right after the last. */
    public final State after;

    /** Between the two. */
    public final Usage usage;

    /** Puts the parts together. */
    public Environment(
            MachineFacts machine,
            List<Core> cores,
            Map<String, String> versions,
            State before,
            State after,
            Usage usage) {
        this.machine = machine;
        this.cores = Collections.unmodifiableList(cores);
        this.versions = Collections.unmodifiableMap(versions);
        this.before = before;
        this.after = after;
        this.usage = usage;
    }
}
