package edgepower.runtime.profiler.machine;

import edgepower.runtime.profiler.DeviceFacts;
import java.io.File;
import java.util.List;
import java.util.Map;

/** Watches the machine while answers are timed; it does nothing between {@link #start} and {@link #stop}. */
public final class Observer {
    private final SystemFiles files;
    private final List<Integer> cores;
    private final DeviceFacts facts;
    private final StateReader reader;
    private State before;
    private UsageMeter meter;

    /**
     * Watches a machine.
     *
     * @param root where its system files lie, {@code /} on a real one
     * @param facts what the app knows of it
     */
    public Observer(File root, DeviceFacts facts) {
        this.files = new SystemFiles(root);
        this.cores = UsableCores.list(files);
        this.facts = facts;
        this.reader = new StateReader(files, cores, facts);
    }

    /** To be called after the warm-up, right before the first timed answer. */
    public void start() {
        before = reader.take();
        meter = new UsageMeter(files, cores);
    }

    /**
     * To be called right after the last timed answer, after {@link #start}.
     *
     * @param versions of what ran, by name
     */
    public Environment stop(Map<String, String> versions) {
        Usage usage = meter.stop(); // first, since what follows uses the CPU as well
        State after = reader.take();
        MachineFacts machine = new MachineFacts(files, facts);
        return new Environment(machine, MachineFacts.cores(files, cores), versions, before, after, usage);
    }
}
