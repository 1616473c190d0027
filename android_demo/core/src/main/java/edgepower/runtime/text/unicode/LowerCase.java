package edgepower.runtime.text.unicode;

import java.util.Arrays;

/** Small letters, one code point at a time, whatever stands around it: a final sigma is none. */
public final class LowerCase {
    /** The one capital letter that becomes two code points: a small i, and the dot above it. */
    public static final int DOTTED_I = 0x130;

    /** The dot that follows the i of {@link #DOTTED_I}. */
    public static final int DOT_ABOVE = 0x307;

    private static final int[] BEGINS;
    private static final int[] ENDS;
    private static final int[] STEPS;
    private static final int[] ADDED;

    static {
        Numbers numbers = new Numbers(UnicodeTables.LOWERED);
        int most = UnicodeTables.LOWERED.length() / 4;
        int[] begins = new int[most];
        int[] ends = new int[most];
        int[] steps = new int[most];
        int[] added = new int[most];
        int size = 0;
        int begin = 0;
        while (numbers.hasNext()) {
            begin += numbers.next();
            begins[size] = begin;
            int count = numbers.next();
            steps[size] = numbers.next();
            ends[size] = begin + steps[size] * (count - 1) + 1;
            added[size] = numbers.next();
            size++;
        }
        BEGINS = Arrays.copyOf(begins, size);
        ENDS = Arrays.copyOf(ends, size);
        STEPS = Arrays.copyOf(steps, size);
        ADDED = Arrays.copyOf(added, size);
    }

    private LowerCase() {}

    /**
     * Gives the small letter of a capital one.
     *
     * @param point a code point
     * @return its small letter; itself where it has none; an i for {@link #DOTTED_I}, which a dot follows
     */
    public static int of(int point) {
        if (point < 128) {
            return point >= 'A' && point <= 'Z' ? point + ('a' - 'A') : point;
        }
        if (point == DOTTED_I) {
            return 'i';
        }
        int place = Arrays.binarySearch(BEGINS, point);
        int run = place >= 0 ? place : -place - 2;
        boolean isCapital = run >= 0 && point < ENDS[run] && (point - BEGINS[run]) % STEPS[run] == 0;
        return isCapital ? point + ADDED[run] : point;
    }
}
