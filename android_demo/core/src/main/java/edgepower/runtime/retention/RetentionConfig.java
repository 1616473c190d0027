package edgepower.runtime.retention;

import java.util.Arrays;

/**
 * Word-vectors that each encoder passes on at one length (PoWER-BERT, arXiv:2001.08950; BUNDLE.md, section 3).
 *
 * <p>Immutable.
 */
public final class RetentionConfig {
    /** Tokens that enter the first encoder, [CLS] and padding included. */
    public final int length;

    /** Whether the last encoder computes [CLS] alone, which is no choice; false of a stage that hands words on. */
    private final boolean readsCls;
    private final int[] keep;

    /**
     * Checks a configuration of a whole model.
     *
     * @param length tokens that enter the first encoder
     * @param keep tokens that leave each encoder; non-increasing and at least 1
     * @throws RetentionException no encoder is given, or one keeps more than enter it, or none
     */
    public RetentionConfig(int length, int[] keep) {
        this(length, keep.clone(), true);
    }

    private RetentionConfig(int length, int[] keep, boolean readsCls) {
        this.length = length;
        this.keep = keep;
        this.readsCls = readsCls;
        if (keep.length == 0) {
            throw new RetentionException(
                "expected one number of word-vectors per encoder, found none; got " + this);
        }
        int entering = length;
        for (int encoder = 0; encoder < keep.length; encoder++) {
            if (keep[encoder] < 1 || keep[encoder] > entering) {
                throw new RetentionException("encoder " + (encoder + 1) + " keeps " + keep[encoder]
                    + " word-vectors, must be 1.." + entering + "; got " + this);
            }
            entering = keep[encoder];
        }
    }

    /** How many encoders there are. */
    public int encoders() {
        return keep.length;
    }

    /** How many word-vectors leave an encoder, counted from 0. */
    public int keep(int encoder) {
        return keep[encoder];
    }

    /** How many word-vectors enter an encoder, counted from 0. */
    public int entering(int encoder) {
        return encoder == 0 ? length : keep[encoder - 1];
    }

    /** How many encoders, from the first on, pass words on as the configuration says: all but one that reads [CLS]. */
    public int passing() {
        return readsCls ? keep.length - 1 : keep.length;
    }

    /** Whether a program reports in {@code kept} which words this encoder keeps (BUNDLE.md, section 5). */
    public boolean drops(int encoder) {
        return keep[encoder] < entering(encoder) && (encoder < passing() || keep[encoder] != 1);
    }

    /** How many numbers {@code kept} has: of the encoders that drop, what they keep. */
    public int keptSize() {
        int size = 0;
        for (int encoder = 0; encoder < keep.length; encoder++) {
            size += drops(encoder) ? keep[encoder] : 0;
        }
        return size;
    }

    /** What a stage keeps that computes encoders {@code first} to {@code last}, counted from 1. */
    public RetentionConfig part(int first, int last) {
        return new RetentionConfig(entering(first - 1), Arrays.copyOfRange(keep, first - 1, last),
            last == keep.length);
    }

    /** Whether every passing encoder passes on all that entered the first. */
    public boolean isFull() {
        for (int encoder = 0; encoder < passing(); encoder++) {
            if (keep[encoder] != length) {
                return false;
            }
        }
        return true;
    }

    /** What each encoder keeps, as an array of the caller's own. */
    public int[] keepAll() {
        return keep.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RetentionConfig && ((RetentionConfig) other).length == length
            && Arrays.equals(((RetentionConfig) other).keep, keep)
            && ((RetentionConfig) other).readsCls == readsCls;
    }

    @Override
    public int hashCode() {
        return 31 * length + Arrays.hashCode(keep);
    }

    @Override
    public String toString() {
        return "RetentionConfig(length=" + length + ", keep=" + tuple(keep) + ")";
    }

    /** Writes numbers as Python does, so that both runtimes say the same. */
    static String tuple(int[] values) {
        String inner = Arrays.toString(values);
        inner = inner.substring(1, inner.length() - 1);
        return values.length == 1 ? "(" + inner + ",)" : "(" + inner + ")";
    }
}
