package edgepower.runtime.profiler.machine;

import edgepower.runtime.profiler.DeviceFacts;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** What a machine is, as the app says or else the system's files; null is untold (PROFILE.md section 4). */
public final class MachineFacts {
    // What ARM kernels say of every core that they run on; 32-bit programs read it as the `model name`, too.
    private static final Pattern ANY_CORE = Pattern.compile("(ARM|AArch)\\S* Processor\\b.*", Pattern.CASE_INSENSITIVE);
    // `Hardware` of a board that is known by its device tree only.
    private static final Pattern ANY_BOARD = Pattern.compile("generic\\b.*", Pattern.CASE_INSENSITIVE);

    /** Its model. */
    public final String device;

    /** The CPU's name. */
    public final String cpu;

    /** Such as {@code aarch64}. */
    public final String architecture;

    /** Of the machine. */
    public final Long memoryBytes;

    /** The operating system and its version. */
    public final String system;

    /** Its kernel's release. */
    public final String kernel;

    /** The build's fingerprint; null where it is no Android. */
    public final String android;

    MachineFacts(SystemFiles files, DeviceFacts facts) {
        device = first(
                facts.device(), files.text("sys/devices/virtual/dmi/id/product_name"), files.text("proc/device-tree/model"));
        cpu = cpu(files, facts);
        // The name that the kernel has for it, as in Python's reports.
        architecture = property("os.arch").equals("amd64") ? "x86_64" : property("os.arch");
        memoryBytes = SystemFiles.kibibytes(SystemFiles.fields(files.text("proc/meminfo")).get("MemTotal"));
        system = system(files, facts);
        kernel = property("os.version");
        android = facts.fingerprint();
    }

    /** Names the operating system and its version. */
    private static String system(SystemFiles files, DeviceFacts facts) {
        if (facts.system() != null) {
            return facts.system();
        }
        String release = files.text("etc/os-release");
        for (String line : release == null ? new String[0] : release.split("\n")) {
            String name = line.startsWith("PRETTY_NAME=") ? line.substring("PRETTY_NAME=".length()) : "";
            name = name.replaceAll("^[\"' ]+|[\"' ]+$", "");
            if (!name.isEmpty()) {
                return name;
            }
        }
        return (property("os.name") + " " + property("os.version")).trim();
    }

    /** Names the CPU, as specific as the system tells. */
    private static String cpu(SystemFiles files, DeviceFacts facts) {
        String text = files.text("proc/cpuinfo");
        Map<String, String> told = SystemFiles.fields(text);
        String cores = text == null ? null : ArmCores.describe(text);
        String chip = first(facts.cpu(), board(told.get("Hardware")));
        chip = chip == null ? cores : cores == null ? chip : chip + " (" + cores + ")";
        if (facts.cpu() != null) {
            return chip;
        }
        return first(
                specific(told.get("model name")),
                specific(told.get("Processor")),
                chip,
                told.get("Model"),
                files.text("proc/device-tree/model"),
                told.get("model name"),
                told.get("Processor"));
    }

    /** Describes the cores with the given indices. */
    static List<Core> cores(SystemFiles files, List<Integer> indices) {
        List<Core> found = new ArrayList<Core>();
        for (int index : indices) {
            String folder = "sys/devices/system/cpu/cpu" + index + "/cpufreq/";
            found.add(new Core(
                    index,
                    megahertz(files, folder + "cpuinfo_min_freq"),
                    megahertz(files, folder + "cpuinfo_max_freq"),
                    files.text(folder + "scaling_governor")));
        }
        return found;
    }

    /** Reads a clock, which cpufreq writes in kHz; null where it is not above 0. */
    static Double megahertz(SystemFiles files, String path) {
        Double khz = files.number(path);
        return khz != null && khz > 0 ? Double.valueOf(khz / 1000) : null;
    }

    private static String board(String hardware) {
        return hardware == null || ANY_BOARD.matcher(hardware).matches() ? null : hardware;
    }

    private static String specific(String name) {
        return name == null || ANY_CORE.matcher(name).matches() ? null : name;
    }

    private static String property(String name) {
        String value = System.getProperty(name);
        return value == null ? "" : value;
    }

    private static String first(String... names) {
        for (String name : names) {
            if (name != null && !name.isEmpty()) {
                return name;
            }
        }
        return null;
    }
}
