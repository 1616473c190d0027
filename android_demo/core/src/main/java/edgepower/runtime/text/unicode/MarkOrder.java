package edgepower.runtime.text.unicode;

import java.util.Arrays;

/** The order of combining marks behind a letter: Unicode Standard, section 3.11. */
public final class MarkOrder {
    private static final int[] EDGES;
    private static final byte[] PLACES;

    static {
        Numbers numbers = new Numbers(UnicodeTables.CLASSES);
        int[] edges = new int[UnicodeTables.CLASSES.length()];
        byte[] places = new byte[edges.length];
        int size = 0;
        int end = 0;
        while (numbers.hasNext()) {
            edges[size] = end + numbers.next();
            end = edges[size] + numbers.next();
            places[size] = (byte) numbers.next();
            edges[size + 1] = end;
            size += 2;
        }
        // Two runs may touch: the end of one is the beginning of the next, which then counts.
        int kept = 0;
        for (int index = 0; index < size; index++) {
            if (index + 1 == size || edges[index + 1] != edges[index]) {
                edges[kept] = edges[index];
                places[kept++] = places[index];
            }
        }
        EDGES = Arrays.copyOf(edges, kept);
        PLACES = Arrays.copyOf(places, kept);
    }

    private MarkOrder() {}

    /**
     * Gives a mark's place among others.
     *
     * @param point a code point
     * @return its place, from 1; 0 for what no mark passes, such as a letter
     */
    public static int of(int point) {
        if (point < 0x300) {
            return 0;
        }
        int place = Arrays.binarySearch(EDGES, point);
        int run = place >= 0 ? place : -place - 2;
        return run < 0 ? 0 : PLACES[run];
    }
}
