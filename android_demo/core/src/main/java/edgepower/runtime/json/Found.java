package edgepower.runtime.json;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Shows a value in a message: in one line, short, and without what a screen could not print. */
final class Found {
    private static final int LONGEST = 40;
    private static final int MOST = 3;

    private Found() {}

    /** Gives a value as JSON writes it, its middle left out where it is long. */
    static String of(Object value) {
        StringBuilder shown = new StringBuilder();
        show(value, shown, 2);
        return shown.toString();
    }

    private static void show(Object value, StringBuilder shown, int levels) {
        if (value instanceof String) {
            string((String) value, shown);
        } else if (value instanceof List) {
            list((List<?>) value, shown, levels);
        } else if (value instanceof Map) {
            map((Map<?, ?>) value, shown, levels);
        } else {
            shown.append(shortened(String.valueOf(value)));
        }
    }

    private static void list(List<?> items, StringBuilder shown, int levels) {
        shown.append('[');
        int count = levels == 0 ? 0 : Math.min(MOST, items.size());
        for (int index = 0; index < count; index++) {
            shown.append(index == 0 ? "" : ", ");
            show(items.get(index), shown, levels - 1);
        }
        shown.append(items.size() == count ? "]" : count == 0 ? "...]" : ", ...]");
    }

    private static void map(Map<?, ?> members, StringBuilder shown, int levels) {
        shown.append('{');
        int count = 0;
        for (Map.Entry<?, ?> member : members.entrySet()) {
            if (count == MOST || levels == 0) {
                shown.append(count == 0 ? "..." : ", ...");
                break;
            }
            shown.append(count == 0 ? "" : ", ");
            string((String) member.getKey(), shown);
            shown.append(": ");
            show(member.getValue(), shown, levels - 1);
            count++;
        }
        shown.append('}');
    }

    private static void string(String value, StringBuilder shown) {
        String brief = shortened(value);
        shown.append('"');
        for (int index = 0; index < brief.length(); index++) {
            char unit = brief.charAt(index);
            if (unit == '"' || unit == '\\') {
                shown.append('\\').append(unit);
            } else if (unit >= ' ' && unit < 127 || unit > 160 && Character.isLetterOrDigit(unit)) {
                shown.append(unit);
            } else {
                shown.append(String.format(Locale.ROOT, "\\u%04x", (int) unit));
            }
        }
        shown.append('"');
    }

    private static String shortened(String value) {
        int kept = (LONGEST - 3) / 2;
        return value.length() <= LONGEST
                ? value
                : value.substring(0, kept) + "..." + value.substring(value.length() - kept);
    }
}
