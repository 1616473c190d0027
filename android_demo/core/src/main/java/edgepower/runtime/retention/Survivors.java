package edgepower.runtime.retention;

import java.util.Arrays;

/** Turns a program's output {@code kept} into positions of the text (BUNDLE.md, section 5). */
public final class Survivors {
    private Survivors() {
    }

    /**
     * Follows the rows that each encoder keeps.
     *
     * @param kept for each encoder that drops, in order, the rows it keeps, counted among those that enter it
     * @param config the configuration that the program was made with
     * @param entering of a stage, the positions of the rows that the stage before handed on; null is the text's
     * @return for every passing encoder the positions of its output rows, 0 being [CLS], in the kept order
     * @throws RetentionException there are more or fewer rows than the configuration says, or a row is out of range,
     *     repeated, or not [CLS] where it must be
     */
    public static int[][] of(int[] kept, RetentionConfig config, int[] entering) {
        int expected = config.keptSize();
        if (kept.length != expected) {
            throw new RetentionException(
                "kept has " + kept.length + " rows, expected " + expected + " for " + config);
        }
        int[] positions = entering == null ? upTo(config.length) : entering;
        int[][] found = new int[config.passing()][];
        int start = 0;
        for (int encoder = 0; encoder < found.length; encoder++) {
            if (config.drops(encoder)) {
                int[] rows = Arrays.copyOfRange(kept, start, start + config.keep(encoder));
                start += rows.length;
                check(rows, config.entering(encoder), encoder);
                int[] next = new int[rows.length];
                for (int place = 0; place < rows.length; place++) {
                    next[place] = positions[rows[place]];
                }
                positions = next;
            }
            found[encoder] = positions;
        }
        return found;
    }

    /** The positions of a text of which nothing was dropped yet. */
    public static int[] upTo(int length) {
        int[] positions = new int[length];
        for (int place = 0; place < length; place++) {
            positions[place] = place;
        }
        return positions;
    }

    private static void check(int[] rows, int entering, int encoder) {
        String where = "encoder " + (encoder + 1) + " keeps the rows " + Arrays.toString(rows);
        if (rows[0] != 0) {
            throw new RetentionException(where + "; the first must be 0, which is [CLS]");
        }
        boolean[] seen = new boolean[entering];
        for (int row : rows) {
            if (row < 0 || row >= entering) {
                throw new RetentionException(where + "; each must be in 0.." + (entering - 1));
            }
        }
        for (int row : rows) {
            if (seen[row]) {
                throw new RetentionException(where + "; each may be kept once");
            }
            seen[row] = true;
        }
    }
}
