package edgepower.runtime.text;

import java.util.List;

/**
 * Finds the longest of its strings that a text goes on with.
 *
 * <p>A hash of every prefix is made in one pass, so that no string is made and the time is that of the longest piece.
 */
final class PieceTable {
    private final String[] keys;
    private final int[] values;
    private final int[] slots;
    private final int longest;

    /**
     * Makes a table.
     *
     * @param keys the strings; of equal ones the last counts
     * @param values a number, at least 0, for each
     */
    PieceTable(List<String> keys, List<Integer> values) {
        this.keys = keys.toArray(new String[0]);
        this.values = new int[this.keys.length];
        slots = new int[Integer.highestOneBit(Math.max(this.keys.length, 4)) * 4];
        int most = 0;
        for (int index = 0; index < this.keys.length; index++) {
            this.values[index] = values.get(index);
            most = Math.max(most, this.keys[index].codePointCount(0, this.keys[index].length()));
            put(index);
        }
        longest = most;
    }

    /**
     * Finds the longest key that stands at a place.
     *
     * @param points code points
     * @param from where the key begins
     * @param to where it ends at the latest
     * @param found gets the key's value and its end
     * @return whether there is one that is not empty
     */
    boolean longest(int[] points, int from, int to, int[] found) {
        int most = Math.min(to, (int) Math.min((long) from + longest, Integer.MAX_VALUE));
        int[] hashes = new int[most - from];
        int hash = 0;
        for (int at = from; at < most; at++) {
            hash = hash * 31 + points[at];
            hashes[at - from] = hash;
        }
        for (int end = most; end > from; end--) {
            int index = find(points, from, end, hashes[end - from - 1]);
            if (index >= 0) {
                found[0] = values[index];
                found[1] = end;
                return true;
            }
        }
        return false;
    }

    private int find(int[] points, int from, int end, int hash) {
        for (int slot = mixed(hash); slots[slot] != 0; slot = slot + 1 & slots.length - 1) {
            int index = slots[slot] - 1;
            if (equal(keys[index], points, from, end)) {
                return index;
            }
        }
        return -1;
    }

    private void put(int index) {
        int[] points = points(keys[index]);
        int hash = 0;
        for (int point : points) {
            hash = hash * 31 + point;
        }
        int slot = mixed(hash);
        while (slots[slot] != 0 && !keys[slots[slot] - 1].equals(keys[index])) {
            slot = slot + 1 & slots.length - 1;
        }
        slots[slot] = index + 1;
    }

    private int mixed(int hash) {
        return (hash ^ hash >>> 15) * 0x2C1B3C6D >>> 4 & slots.length - 1;
    }

    private static boolean equal(String key, int[] points, int from, int end) {
        int at = 0;
        for (int index = from; index < end; index++) {
            if (at == key.length() || key.codePointAt(at) != points[index]) {
                return false;
            }
            at += Character.charCount(points[index]);
        }
        return at == key.length();
    }

    private static int[] points(String key) {
        int[] points = new int[key.codePointCount(0, key.length())];
        int at = 0;
        for (int index = 0; index < points.length; index++) {
            points[index] = key.codePointAt(at);
            at += Character.charCount(points[index]);
        }
        return points;
    }
}
