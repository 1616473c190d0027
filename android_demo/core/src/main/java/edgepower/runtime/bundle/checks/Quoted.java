package edgepower.runtime.bundle.checks;

/** Names in messages, in the quotes that the Python runtime puts them in, so that both say the same. */
public final class Quoted {
    private Quoted() {
    }

    /** Gives a name in single quotes; what a screen would obey rather than show becomes an escape. */
    public static String of(String name) {
        char quote = name.indexOf('\'') >= 0 && name.indexOf('"') < 0 ? '"' : '\'';
        StringBuilder text = new StringBuilder().append(quote);
        for (int at = 0; at < name.length(); at++) {
            char unit = name.charAt(at);
            if (unit == quote || unit == '\\') {
                text.append('\\').append(unit);
            } else if (Character.isISOControl(unit) || Character.getType(unit) == Character.FORMAT) {
                text.append(unit < 0x100 ? String.format("\\x%02x", (int) unit) : String.format("\\u%04x", (int) unit));
            } else {
                text.append(unit);
            }
        }
        return text.append(quote).toString();
    }

    /** Gives names with a comma and a blank between, as they are. */
    public static String list(Iterable<String> names) {
        StringBuilder text = new StringBuilder();
        for (String name : names) {
            text.append(text.length() == 0 ? "" : ", ").append(name);
        }
        return text.toString();
    }
}
