package edgepower.runtime.profiler.machine;

import edgepower.runtime.profiler.DeviceFacts;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads what changes on a machine: clocks, temperatures, throttling, load, memory, battery. */
final class StateReader {
    // A sleeping core's clock says nothing. Governors look every 10 ms or so, and step up within a few looks.
    private static final long AWAKE_NS = 50_000_000;
    // Sensors that are switched off say such as -273 or 32767.
    private static final double COLDEST_C = -50;
    private static final double HOTTEST_C = 200;
    private static final String CPUS = "sys/devices/system/cpu/cpu";

    private final SystemFiles files;
    private final List<Integer> cores;
    private final DeviceFacts facts;

    StateReader(SystemFiles files, List<Integer> cores, DeviceFacts facts) {
        this.files = files;
        this.cores = cores;
        this.facts = facts;
    }

    /** Reads all of it; a core is kept busy for 50 ms first, so that its clock is one under load. */
    State take() {
        long end = System.nanoTime() + AWAKE_NS;
        while (System.nanoTime() - end < 0) {
            continue;
        }
        return new State(
                clocks(),
                temperatures(),
                throttleCounts(),
                loadAverage(),
                SystemFiles.kibibytes(SystemFiles.fields(files.text("proc/meminfo")).get("MemAvailable")),
                battery(),
                facts.thermalStatus());
    }

    /** Clocks in MHz by core, from cpufreq, or else from {@code /proc/cpuinfo}. */
    private Map<String, Double> clocks() {
        Map<String, Double> listed = listedClocks();
        Map<String, Double> found = new LinkedHashMap<String, Double>();
        for (int core : cores) {
            String name = Integer.toString(core);
            Double mhz = MachineFacts.megahertz(files, CPUS + core + "/cpufreq/scaling_cur_freq");
            if (mhz == null) {
                mhz = listed.get(name);
            }
            if (mhz != null) {
                found.put(name, mhz);
            }
        }
        return found;
    }

    private Map<String, Double> listedClocks() {
        Map<String, Double> found = new HashMap<String, Double>();
        String cpuinfo = files.text("proc/cpuinfo");
        for (String paragraph : cpuinfo == null ? new String[0] : cpuinfo.split("\n\n")) {
            Map<String, String> core = SystemFiles.fields(paragraph);
            Double mhz = SystemFiles.finite(core.get("cpu MHz"));
            if (core.containsKey("processor") && mhz != null && mhz > 0) {
                found.put(core.get("processor"), mhz);
            }
        }
        return found;
    }

    /** Degrees by thermal zone, a second zone of one type being {@code type 2}; then those that the app hands in. */
    private Map<String, Double> temperatures() {
        String folder = "sys/class/thermal";
        Map<String, Integer> seen = new HashMap<String, Integer>();
        Map<String, Double> found = new LinkedHashMap<String, Double>();
        for (String zone : files.names(folder)) {
            if (!zone.startsWith("thermal_zone")) {
                continue;
            }
            String told = files.text(folder + "/" + zone + "/type");
            String kind = told == null ? zone : told;
            // Counted before it is read, so that a zone that fails once does not pass its name to the next.
            int place = seen.containsKey(kind) ? seen.get(kind) + 1 : 1;
            seen.put(kind, place);
            Double millidegrees = files.number(folder + "/" + zone + "/temp");
            if (millidegrees != null) {
                putSensible(found, place == 1 ? kind : kind + " " + place, millidegrees / 1000);
            }
        }
        for (Map.Entry<String, Double> sensor : facts.temperatures().entrySet()) {
            if (!found.containsKey(sensor.getKey())) {
                putSensible(found, sensor.getKey(), sensor.getValue());
            }
        }
        return found;
    }

    private static void putSensible(Map<String, Double> found, String name, double celsius) {
        if (celsius >= COLDEST_C && celsius <= HOTTEST_C) {
            found.put(name, celsius);
        }
    }

    /** How often each core was slowed for its heat; x86 alone tells. */
    private Map<String, Long> throttleCounts() {
        Map<String, Long> found = new LinkedHashMap<String, Long>();
        for (int core : cores) {
            Long count = files.count(CPUS + core + "/thermal_throttle/core_throttle_count");
            if (count != null) {
                found.put(Integer.toString(core), count);
            }
        }
        return found;
    }

    private List<Double> loadAverage() {
        String text = files.text("proc/loadavg");
        List<Double> found = new ArrayList<Double>();
        for (String word : text == null ? new String[0] : text.split(" +", 4)) {
            Double value = SystemFiles.finite(word);
            if (value != null && value >= 0 && found.size() < 3) {
                found.add(value);
            }
        }
        return found.size() == 3 ? found : Collections.<Double>emptyList();
    }

    private Battery battery() {
        if (facts.battery() != null) {
            return facts.battery();
        }
        String folder = "sys/class/power_supply";
        for (String name : files.names(folder)) {
            String place = folder + "/" + name;
            String status = files.text(place + "/status");
            // A mouse has a battery too, and says that its scope is the device.
            boolean own = !"Device".equals(files.text(place + "/scope"));
            if (own && status != null && "Battery".equals(files.text(place + "/type"))) {
                return new Battery(files.number(place + "/capacity"), status);
            }
        }
        return null;
    }
}
