package edgepower.runtime.text.unicode;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Which two code points are put together to one: Unicode Standard, section 3.11. */
public final class Composition {
    private static final Map<Long, Integer> PAIRS = new HashMap<Long, Integer>();

    static {
        Map<String, Integer> whole = new HashMap<String, Integer>();
        Map<Integer, int[]> all = Decomposition.CANONICAL.all();
        for (Map.Entry<Integer, int[]> entry : all.entrySet()) {
            if (!CodePointSet.NOT_COMPOSED.has(entry.getKey())) {
                whole.put(Arrays.toString(entry.getValue()), entry.getKey());
            }
        }
        // The tables take apart to the end; the last step back joins all parts but one, which are one again, and that.
        for (Map.Entry<Integer, int[]> entry : all.entrySet()) {
            int[] parts = entry.getValue();
            if (parts.length > 1 && !CodePointSet.NOT_COMPOSED.has(entry.getKey())) {
                int last = parts.length - 1;
                Integer first = last == 1 ? parts[0] : whole.get(Arrays.toString(Arrays.copyOf(parts, last)));
                if (first != null) {
                    PAIRS.put(key(first, parts[last]), entry.getKey());
                }
            }
        }
    }

    private Composition() {}

    /**
     * Puts two code points together, which are not of Hangul.
     *
     * @param first the letter
     * @param second what follows it
     * @return the one that they make; -1 where they make none
     */
    public static int of(int first, int second) {
        Integer composed = PAIRS.get(key(first, second));
        return composed == null ? -1 : composed;
    }

    private static long key(int first, int second) {
        return (long) first << 32 | second;
    }
}
