package edgepower.runtime.profiler.machine;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What changes on a machine, at one moment; null, or nothing, where the system does not tell (PROFILE.md section 4). */
public final class State {
    /** Clocks in MHz, by the core's index as text. */
    public final Map<String, Double> clocksMhz;

    /** Degrees Celsius of each thermal zone, by its name. */
    public final Map<String, Double> temperaturesC;

    /** How often each core was throttled since the start, by its index as text. */
    public final Map<String, Long> throttleCounts;

    /** Over 1, 5 and 15 minutes; empty where it is not told. */
    public final List<Double> loadAverage;

    /** Memory that is free for use. */
    public final Long availableBytes;

    /** The first there is. */
    public final Battery battery;

    /** Android's thermal status, 0 to 6; -1 where it is untold. It is judged, and not written: no key is for it. */
    public final int thermalStatus;

    /** Makes one of its parts; the maps are copied. */
    public State(
            Map<String, Double> clocksMhz,
            Map<String, Double> temperaturesC,
            Map<String, Long> throttleCounts,
            List<Double> loadAverage,
            Long availableBytes,
            Battery battery,
            int thermalStatus) {
        this.clocksMhz = copy(clocksMhz);
        this.temperaturesC = copy(temperaturesC);
        this.throttleCounts = copy(throttleCounts);
        this.loadAverage = Collections.unmodifiableList(loadAverage);
        this.availableBytes = availableBytes;
        this.battery = battery;
        this.thermalStatus = thermalStatus;
    }

    private static <T> Map<String, T> copy(Map<String, T> values) {
        return Collections.unmodifiableMap(new LinkedHashMap<String, T>(values));
    }
}
