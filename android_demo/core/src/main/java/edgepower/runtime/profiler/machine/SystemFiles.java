package edgepower.runtime.profiler.machine;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The kernel's text files under {@code /proc} and {@code /sys}: what is absent, forbidden or malformed reads as null.
 *
 * <p>Android hides some of them from apps. Thread-safe.
 */
final class SystemFiles {
    // A regular file of the kernel is far smaller; whatever else lies there is not read whole into a phone's memory.
    private static final int LONGEST = 1_000_000;
    private static final double LARGEST_NUMBER = 1e15; // PROFILE.md section 1
    private static final Pattern NUMBER = Pattern.compile("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?");
    private static final Pattern WHOLE = Pattern.compile("\\d{1,18}");

    private final File root;

    /** Reads below a root, which is {@code /} on a real machine and a folder in a test. */
    SystemFiles(File root) {
        this.root = root;
    }

    /** A file's text without surrounding blanks; null where it is empty or cannot be read. */
    String text(String path) {
        try (FileInputStream stream = new FileInputStream(new File(root, path))) {
            ByteArrayOutputStream read = new ByteArrayOutputStream();
            byte[] part = new byte[8192];
            int count = stream.read(part);
            while (count > 0 && read.size() < LONGEST) {
                read.write(part, 0, count);
                count = stream.read(part);
            }
            // The device tree ends its strings with a NUL.
            String text = new String(read.toByteArray(), StandardCharsets.UTF_8).replace("\0", "").trim();
            return text.isEmpty() ? null : text;
        } catch (IOException error) {
            return null;
        }
    }

    /** A file that is one finite number. */
    Double number(String path) {
        return finite(text(path));
    }

    /** A file that is one whole number of at least 0. */
    Long count(String path) {
        return whole(text(path));
    }

    /** A folder's entries, {@code zone2} before {@code zone10}; empty where it cannot be read. */
    List<String> names(String path) {
        String[] found = new File(root, path).list();
        if (found == null) {
            return Collections.emptyList();
        }
        List<String> names = new ArrayList<String>();
        Collections.addAll(names, found);
        Collections.sort(names, new Comparator<String>() {
            @Override
            public int compare(String one, String other) {
                return one.length() != other.length() ? one.length() - other.length() : one.compareTo(other);
            }
        });
        return names;
    }

    /** Reads a finite number that a report can hold; null where there is none. */
    static Double finite(String text) {
        if (text == null || !NUMBER.matcher(text.trim()).matches()) {
            return null;
        }
        double value = Double.parseDouble(text.trim());
        return Math.abs(value) <= LARGEST_NUMBER ? value : null;
    }

    /** Reads a whole number of at least 0; null where there is none. */
    static Long whole(String text) {
        return text != null && WHOLE.matcher(text.trim()).matches() ? Long.valueOf(text.trim()) : null;
    }

    /** Reads lines of {@code name: value}, the first where a name comes twice; other lines are skipped. */
    static Map<String, String> fields(String text) {
        Map<String, String> found = new LinkedHashMap<String, String>();
        for (String line : text == null ? new String[0] : text.split("\n")) {
            int colon = line.indexOf(':');
            String name = colon < 0 ? "" : line.substring(0, colon).trim();
            if (colon >= 0 && !found.containsKey(name)) {
                found.put(name, line.substring(colon + 1).trim());
            }
        }
        return found;
    }

    /** Reads {@code 1024 kB} as bytes, the way {@code /proc/meminfo} writes sizes; null where it is another form. */
    static Long kibibytes(String text) {
        if (text == null || !text.endsWith(" kB")) {
            return null;
        }
        Long value = whole(text.substring(0, text.length() - 3));
        return value == null || value > Long.MAX_VALUE / 1024 ? null : Long.valueOf(value * 1024);
    }
}
