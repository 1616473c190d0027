package edgepower.runtime.text.unicode;

/** Reads the numbers of a table, one after the other. */
final class Numbers {
    private final String table;
    private int at;

    Numbers(String table) {
        this.table = table;
    }

    boolean hasNext() {
        return at < table.length();
    }

    int next() {
        int end = table.indexOf(' ', at);
        int stop = end < 0 ? table.length() : end;
        int number = Integer.parseInt(table.substring(at, stop), 36);
        at = stop + 1;
        return number;
    }
}
