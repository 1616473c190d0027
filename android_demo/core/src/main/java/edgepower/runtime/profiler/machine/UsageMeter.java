package edgepower.runtime.profiler.machine;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads who uses the CPU when it is made, and again on {@link #stop}. Android tells an app of its own process alone. */
final class UsageMeter {
    // The kernel counts time for programs in 1/100 s, on every architecture that Android and desktop Linux have.
    private static final double TICK_S = 0.01;
    // Fields of a `cpuN` line: user nice system idle iowait irq softirq steal. Idle and iowait are nobody's.
    private static final int[] BUSY = {1, 2, 3, 6, 7};
    private static final int STEAL = 8;
    // Fields of /proc/self/stat behind the command's closing bracket.
    private static final int USER_TIME = 12;
    private static final int SYSTEM_TIME = 13;

    private final SystemFiles files;
    private final Set<Integer> cores;
    private final long startNs;
    private final Long startOwn;
    private final long[] startTicks;
    private final Long startSwitches;

    /**
     * Starts.
     *
     * @param cores that this process may use; whoever runs on others takes nothing from it
     */
    UsageMeter(SystemFiles files, List<Integer> cores) {
        this.files = files;
        this.cores = new HashSet<Integer>(cores);
        startTicks = coreTicks();
        startSwitches = switches();
        startOwn = ownTicks();
        startNs = System.nanoTime();
    }

    /** Gives what happened since the start. */
    Usage stop() {
        double wallS = (System.nanoTime() - startNs) / 1e9;
        Long own = ownTicks();
        Long switches = switches();
        long[] ticks = coreTicks();
        // Where the system hides even our own time, nothing is known that was taken from us.
        double ownS = own == null || startOwn == null ? wallS : (own - startOwn) * TICK_S;
        Double otherS = null;
        Double stolenS = null;
        if (ticks != null && startTicks != null) {
            // Counters of a core can step back when it was switched off.
            otherS = Math.max(0, (ticks[0] - startTicks[0]) * TICK_S - ownS);
            stolenS = Math.max(0, (ticks[1] - startTicks[1]) * TICK_S);
        }
        Long taken = switches == null || startSwitches == null ? null : Math.max(0, switches - startSwitches);
        return new Usage(wallS, ownS, otherS, stolenS, taken);
    }

    private Long ownTicks() {
        String stat = files.text("proc/self/stat");
        String[] words = stat == null ? new String[0] : stat.substring(stat.lastIndexOf(')') + 1).split(" ");
        Long user = words.length > SYSTEM_TIME ? SystemFiles.whole(words[USER_TIME]) : null;
        Long system = words.length > SYSTEM_TIME ? SystemFiles.whole(words[SYSTEM_TIME]) : null;
        return user == null || system == null ? null : Long.valueOf(user + system);
    }

    /** Busy and stolen ticks of the cores; null where one of them is not told. */
    private long[] coreTicks() {
        String stat = files.text("proc/stat");
        long[] sum = new long[2];
        Set<Integer> seen = new HashSet<Integer>();
        for (String line : stat == null ? new String[0] : stat.split("\n")) {
            String[] words = line.trim().split(" +");
            Long index = words[0].startsWith("cpu") ? SystemFiles.whole(words[0].substring(3)) : null;
            if (index == null || words.length <= STEAL || !cores.contains(index.intValue())) {
                continue;
            }
            Long stolen = SystemFiles.whole(words[STEAL]);
            long busy = busy(words);
            if (stolen != null && busy >= 0 && seen.add(index.intValue())) {
                sum[0] += busy;
                sum[1] += stolen;
            }
        }
        return cores.isEmpty() || seen.size() < cores.size() ? null : sum;
    }

    private static long busy(String[] words) {
        long sum = 0;
        for (int field : BUSY) {
            Long value = SystemFiles.whole(words[field]);
            if (value == null) {
                return -1;
            }
            sum += value;
        }
        return sum;
    }

    /** How often the kernel took a core from a thread that still lives; null where it does not tell. */
    private Long switches() {
        Long sum = null;
        for (String thread : files.names("proc/self/task")) {
            Map<String, String> status = SystemFiles.fields(files.text("proc/self/task/" + thread + "/status"));
            Long count = SystemFiles.whole(status.get("nonvoluntary_ctxt_switches"));
            if (count != null) {
                sum = count + (sum == null ? 0 : sum);
            }
        }
        return sum;
    }
}
