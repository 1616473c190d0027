package edgepower.runtime.profiler;

import edgepower.runtime.InputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** The extras of an intent that asks for a profile, read and checked; immutable. */
public final class ProfileRequest {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9-]{1,64}");
    private static final Pattern WHOLE = Pattern.compile("\\d{1,9}");
    private static final Pattern NUMBER = Pattern.compile("\\d{1,9}(\\.\\d{1,9})?");
    private static final List<String> EXTRAS = Arrays.asList(
            "report", "precisions", "budgets", "lengths", "threads", "iterations", "warmup", "max_seconds", "burst",
            "percentiles");

    /** The name that the report's files get. */
    public final String report;

    /** What to measure and how. */
    public final ProfileOptions options;

    private ProfileRequest(String report, ProfileOptions options) {
        this.report = report;
        this.options = options;
    }

    /**
     * Reads extras by name: {@code report}, {@code precisions}, {@code budgets}, {@code lengths}, {@code threads}, {@code
     * iterations}, {@code warmup}, {@code max_seconds}, {@code burst}, {@code percentiles}. Lists are parted by commas;
     * all but the first may be absent.
     *
     * @throws InputException an extra is unknown, or its value is none that it takes
     */
    public static ProfileRequest parse(Map<String, String> extras) {
        String report = name(extras);
        for (String extra : extras.keySet()) {
            if (!EXTRAS.contains(extra)) {
                throw new InputException("`" + extra + "`: no extra is called so; there are: " + list(EXTRAS));
            }
        }
        ProfileOptions.Builder options = ProfileOptions.builder();
        for (Map.Entry<String, String> extra : extras.entrySet()) {
            if (extra.getValue() == null) {
                throw new InputException("`" + extra.getKey() + "`: expected text, found none; give it with --es");
            }
            put(options, extra.getKey(), extra.getValue());
        }
        return new ProfileRequest(report, options.build());
    }

    /**
     * Reads the name of the report alone.
     *
     * @throws InputException there is none, or it is no name for a file
     */
    static String name(Map<String, String> extras) {
        String report = extras.get("report");
        if (report == null || !NAME.matcher(report).matches()) {
            throw new InputException("`report` " + (report == null ? "is missing" : "is no name for a file")
                    + "; expected 1 to 64 letters, digits and hyphens");
        }
        return report;
    }

    private static void put(ProfileOptions.Builder options, String name, String value) {
        if (name.equals("precisions")) {
            options.precisions(words(name, value));
        } else if (name.equals("budgets")) {
            options.budgets(words(name, value));
        } else if (name.equals("lengths")) {
            options.lengths(wholes(name, value));
        } else if (name.equals("threads")) {
            options.threads(wholes(name, value));
        } else if (name.equals("iterations")) {
            options.iterations(whole(name, value));
        } else if (name.equals("warmup")) {
            options.warmup(whole(name, value));
        } else if (name.equals("burst")) {
            options.burst(whole(name, value));
        } else if (name.equals("max_seconds")) {
            options.maxSeconds(number(name, value));
        } else if (name.equals("percentiles")) {
            options.percentiles(numbers(name, value));
        }
    }

    private static String[] words(String name, String value) {
        String[] parts = value.split(",", -1);
        for (int place = 0; place < parts.length; place++) {
            parts[place] = parts[place].trim();
            if (parts[place].isEmpty()) {
                throw new InputException("`" + name + "` '" + value + "': expected names with commas between");
            }
        }
        return parts;
    }

    private static Integer[] wholes(String name, String value) {
        List<Integer> found = new ArrayList<Integer>();
        for (String word : words(name, value)) {
            found.add(whole(name, word));
        }
        return found.toArray(new Integer[0]);
    }

    private static Double[] numbers(String name, String value) {
        List<Double> found = new ArrayList<Double>();
        for (String word : words(name, value)) {
            found.add(number(name, word));
        }
        return found.toArray(new Double[0]);
    }

    private static int whole(String name, String value) {
        if (!WHOLE.matcher(value.trim()).matches()) {
            throw new InputException("`" + name + "` '" + value + "': expected a whole number");
        }
        return Integer.parseInt(value.trim());
    }

    private static double number(String name, String value) {
        if (!NUMBER.matcher(value.trim()).matches()) {
            throw new InputException("`" + name + "` '" + value + "': expected a number");
        }
        return Double.parseDouble(value.trim());
    }

    private static String list(List<String> names) {
        String text = names.toString();
        return text.substring(1, text.length() - 1);
    }
}
