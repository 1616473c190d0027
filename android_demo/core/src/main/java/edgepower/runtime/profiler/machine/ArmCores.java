package edgepower.runtime.profiler.machine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The cores of an ARM processor by name, from the numbers that {@code /proc/cpuinfo} gives for each. */
final class ArmCores {
    // `CPU implementer` and `CPU part` are fields of the register MIDR_EL1, which each core's manual gives.
    private static final Map<Long, String> CORES = new HashMap<Long, String>();

    static {
        // Arm
        CORES.put(key(0x41, 0xc05), "Cortex-A5");
        CORES.put(key(0x41, 0xc07), "Cortex-A7");
        CORES.put(key(0x41, 0xc08), "Cortex-A8");
        CORES.put(key(0x41, 0xc09), "Cortex-A9");
        CORES.put(key(0x41, 0xc0d), "Cortex-A17");
        CORES.put(key(0x41, 0xc0e), "Cortex-A17");
        CORES.put(key(0x41, 0xc0f), "Cortex-A15");
        CORES.put(key(0x41, 0xd01), "Cortex-A32");
        CORES.put(key(0x41, 0xd03), "Cortex-A53");
        CORES.put(key(0x41, 0xd04), "Cortex-A35");
        CORES.put(key(0x41, 0xd05), "Cortex-A55");
        CORES.put(key(0x41, 0xd07), "Cortex-A57");
        CORES.put(key(0x41, 0xd08), "Cortex-A72");
        CORES.put(key(0x41, 0xd09), "Cortex-A73");
        CORES.put(key(0x41, 0xd0a), "Cortex-A75");
        CORES.put(key(0x41, 0xd0b), "Cortex-A76");
        CORES.put(key(0x41, 0xd0c), "Neoverse-N1");
        CORES.put(key(0x41, 0xd0d), "Cortex-A77");
        CORES.put(key(0x41, 0xd40), "Neoverse-V1");
        CORES.put(key(0x41, 0xd41), "Cortex-A78");
        CORES.put(key(0x41, 0xd44), "Cortex-X1");
        CORES.put(key(0x41, 0xd46), "Cortex-A510");
        CORES.put(key(0x41, 0xd47), "Cortex-A710");
        CORES.put(key(0x41, 0xd48), "Cortex-X2");
        CORES.put(key(0x41, 0xd49), "Neoverse-N2");
        CORES.put(key(0x41, 0xd4d), "Cortex-A715");
        CORES.put(key(0x41, 0xd4e), "Cortex-X3");
        CORES.put(key(0x41, 0xd4f), "Neoverse-V2");
        CORES.put(key(0x41, 0xd80), "Cortex-A520");
        CORES.put(key(0x41, 0xd81), "Cortex-A720");
        CORES.put(key(0x41, 0xd82), "Cortex-X4");
        CORES.put(key(0x41, 0xd84), "Neoverse-V3");
        CORES.put(key(0x41, 0xd85), "Cortex-X925");
        CORES.put(key(0x41, 0xd87), "Cortex-A725");
        // HiSilicon
        CORES.put(key(0x48, 0xd01), "TaiShan-v110");
        CORES.put(key(0x48, 0xd40), "Cortex-A76");
        CORES.put(key(0x48, 0xd41), "Cortex-A77");
        // Qualcomm
        CORES.put(key(0x51, 0x001), "Oryon");
        CORES.put(key(0x51, 0x201), "Kryo");
        CORES.put(key(0x51, 0x205), "Kryo");
        CORES.put(key(0x51, 0x211), "Kryo");
        CORES.put(key(0x51, 0x800), "Kryo-2XX-Gold");
        CORES.put(key(0x51, 0x801), "Kryo-2XX-Silver");
        CORES.put(key(0x51, 0x802), "Kryo-3XX-Gold");
        CORES.put(key(0x51, 0x803), "Kryo-3XX-Silver");
        CORES.put(key(0x51, 0x804), "Kryo-4XX-Gold");
        CORES.put(key(0x51, 0x805), "Kryo-4XX-Silver");
        // Samsung
        CORES.put(key(0x53, 0x001), "Exynos-M1");
        CORES.put(key(0x53, 0x002), "Exynos-M3");
        CORES.put(key(0x53, 0x003), "Exynos-M4");
        CORES.put(key(0x53, 0x004), "Exynos-M5");
    }

    private ArmCores() {}

    /**
     * Counts the cores of each kind, such as {@code 4x Cortex-A55 + 4x Cortex-A76}.
     *
     * @param cpuinfo where a paragraph describes a core; old kernels describe all in the last
     * @return null where no core tells
     */
    static String describe(String cpuinfo) {
        List<Map<String, String>> paragraphs = new ArrayList<Map<String, String>>();
        int numCores = 0;
        for (String paragraph : cpuinfo.split("\n\n")) {
            paragraphs.add(SystemFiles.fields(paragraph));
            numCores += paragraphs.get(paragraphs.size() - 1).containsKey("processor") ? 1 : 0;
        }
        Map<String, Integer> counts = new LinkedHashMap<String, Integer>();
        for (Map<String, String> paragraph : paragraphs) {
            String name = core(paragraph.get("CPU implementer"), paragraph.get("CPU part"));
            if (name != null) {
                int more = paragraph.containsKey("processor") ? 1 : Math.max(1, numCores);
                counts.put(name, more + (counts.containsKey(name) ? counts.get(name) : 0));
            }
        }
        StringBuilder text = new StringBuilder();
        for (Map.Entry<String, Integer> entry : counts.entrySet()) {
            text.append(text.length() == 0 ? "" : " + ").append(entry.getValue()).append("x ").append(entry.getKey());
        }
        return text.length() == 0 ? null : text.toString();
    }

    private static String core(String implementer, String part) {
        Integer number = hexadecimal(part);
        if (number == null) {
            return null;
        }
        Integer maker = hexadecimal(implementer);
        String known = maker == null ? null : CORES.get(key(maker, number));
        String whose = implementer == null ? "unknown" : implementer;
        return known != null ? known : "ARM implementer " + whose + " part 0x" + Integer.toHexString(number);
    }

    private static Integer hexadecimal(String text) {
        try {
            return text == null ? null : Integer.decode(text);
        } catch (NumberFormatException error) {
            return null;
        }
    }

    private static long key(int implementer, int part) {
        return (long) implementer << 32 | part;
    }
}
