package edgepower.runtime.text.unicode;

import java.util.HashMap;
import java.util.Map;

/** How a code point is taken apart, to the end: Unicode Standard, section 3.7. */
public final class Decomposition {
    /** Canonical decompositions. */
    public static final Decomposition CANONICAL = new Decomposition(UnicodeTables.TAKEN_APART);

    private final Map<Integer, int[]> parts = new HashMap<Integer, int[]>();

    private Decomposition(String... tables) {
        for (String table : tables) {
            Numbers numbers = new Numbers(table);
            int point = 0;
            while (numbers.hasNext()) {
                point += numbers.next();
                int[] into = new int[numbers.next()];
                for (int index = 0; index < into.length; index++) {
                    into[index] = numbers.next();
                }
                parts.put(point, into);
            }
        }
    }

    /**
     * Gives canonical and compatibility decompositions; they are read when first asked for, as few tokenizers want it.
     *
     * @return these
     */
    public static Decomposition compatible() {
        return Compatible.TABLE;
    }

    /**
     * Takes a code point apart.
     *
     * @param point which is no syllable of Hangul
     * @return what it is made of, for nobody to change; null where it stays
     */
    public int[] of(int point) {
        return point < 0xA0 ? null : parts.get(point);
    }

    /** Gives all that are taken apart. */
    Map<Integer, int[]> all() {
        return parts;
    }

    private static final class Compatible {
        static final Decomposition TABLE =
                new Decomposition(UnicodeTables.TAKEN_APART, CompatibilityTable.TAKEN_APART);
    }
}
