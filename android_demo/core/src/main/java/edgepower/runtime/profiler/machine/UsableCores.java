package edgepower.runtime.profiler.machine;

import java.io.File;
import java.util.ArrayList;
import java.util.List;

/** The cores that this process may run on. */
public final class UsableCores {
    private static final int MOST = 4096; // of cores; no phone and no desktop comes near

    private UsableCores() {}

    /** Their indices, rising, from 0. */
    public static List<Integer> list() {
        return list(new SystemFiles(new File("/")));
    }

    static List<Integer> list(SystemFiles files) {
        List<Integer> found = ranges(SystemFiles.fields(files.text("proc/self/status")).get("Cpus_allowed_list"));
        List<Integer> online = ranges(files.text("sys/devices/system/cpu/online"));
        if (!online.isEmpty()) {
            found.retainAll(online); // a phone switches cores off, and the mask of a process names those too
        }
        int count = found.isEmpty() ? Runtime.getRuntime().availableProcessors() : 0;
        for (int core = 0; core < count; core++) {
            found.add(core);
        }
        return found;
    }

    /** Reads the kernel's lists, such as {@code 0-3,6}; what is malformed names no core. */
    private static List<Integer> ranges(String text) {
        List<Integer> found = new ArrayList<Integer>();
        for (String part : text == null ? new String[0] : text.split(",")) {
            String[] ends = part.split("-", 2);
            Long first = SystemFiles.whole(ends[0]);
            Long last = SystemFiles.whole(ends[ends.length - 1]);
            if (first != null && last != null && last < MOST) {
                for (long core = first; core <= last; core++) {
                    found.add((int) core);
                }
            }
        }
        return found;
    }
}
