package edgepower.runtime.text.unicode;

import java.util.Arrays;

/**
 * A set of code points, as the tokenizers library sees them and not as this device's Android does: its tables are of
 * several years, and Android's change with the release. Immutable.
 */
public final class CodePointSet {
    /** What parts words. */
    public static final CodePointSet WHITE_SPACE = new CodePointSet(UnicodeTables.WHITE_SPACE);

    /** What stands as a word of its own. */
    public static final CodePointSet PUNCTUATION = new CodePointSet(UnicodeTables.PUNCTUATION);

    /** Letters, digits, marks and joiners: what regular expressions call a word character. */
    public static final CodePointSet WORD = new CodePointSet(UnicodeTables.WORD);

    /** Controls and their like, which BERT's normaliser removes. */
    public static final CodePointSet UNCLEAN = new CodePointSet(UnicodeTables.UNCLEAN);

    /** Marks that BERT's normaliser removes from letters. */
    public static final CodePointSet ACCENT = new CodePointSet(UnicodeTables.ACCENT);

    /** Marks that the normaliser StripAccents removes: another set than {@link #ACCENT}. */
    public static final CodePointSet MARK = new CodePointSet(UnicodeTables.MARK);

    /** What is taken apart and never put together again. */
    static final CodePointSet NOT_COMPOSED = new CodePointSet(UnicodeTables.NOT_COMPOSED);

    private static final int ASCII = 128;

    private final int[] edges;
    private final boolean[] ascii = new boolean[ASCII];

    private CodePointSet(String table) {
        Numbers numbers = new Numbers(table);
        int[] found = new int[table.length()];
        int size = 0;
        int edge = 0;
        while (numbers.hasNext()) {
            edge += numbers.next();
            found[size++] = edge;
        }
        edges = Arrays.copyOf(found, size);
        for (int point = 0; point < ASCII; point++) {
            ascii[point] = find(point);
        }
    }

    /**
     * Looks for a code point.
     *
     * @param point the code point
     * @return whether it is in the set
     */
    public boolean has(int point) {
        return point < ASCII ? ascii[point] : find(point);
    }

    private boolean find(int point) {
        int place = Arrays.binarySearch(edges, point);
        // Edges are by turns the beginning of a range and its end.
        int before = place >= 0 ? place : -place - 2;
        return before >= 0 && before % 2 == 0;
    }
}
