package edgepower.runtime.cascade;

/** What a bag tier looks up, and how it adds up (BUNDLE.md, section 11). Immutable. */
final class BagTable {
    final int labels;
    private final int[] pieces;
    private final float[] scale;
    private final float[] bias;
    private final byte[] rows;
    private final byte[] shifts;
    private final int firstBucket;
    private final int buckets;

    /**
     * Puts checked parts together.
     *
     * @param pieces the row of each token id, or -1 where it has none
     * @param scale what 1 in a row counts, by label
     * @param bias the logits of a text of which nothing is known
     * @param rows rows of pieces, then of buckets, one after the other
     * @param shifts of each row, 0 to 15: it counts 2^shift times
     * @param buckets how many rows are those of pairs
     */
    BagTable(int[] pieces, float[] scale, float[] bias, byte[] rows, byte[] shifts, int buckets) {
        this.pieces = pieces;
        this.scale = scale;
        this.bias = bias;
        this.rows = rows;
        this.shifts = shifts;
        this.buckets = buckets;
        labels = scale.length;
        firstBucket = shifts.length - buckets;
    }

    /** Hashes a pair of neighbours; all of it is unsigned arithmetic of 32 bits. */
    static int hash(int first, int second) {
        int hash = first * (int) 2654435761L + second * (int) 2246822519L;
        hash ^= hash >>> 15;
        hash *= (int) 3266489917L;
        return hash ^ hash >>> 13;
    }

    /**
     * Sums up what a text's pieces and pairs add to each logit.
     *
     * <p>The sums are of whole numbers that 64 bits hold, so the logits are the same bit for bit everywhere.
     *
     * @param ids of the text, at least one
     */
    double[] logits(int[] ids) {
        long[] sums = new long[labels];
        for (int place = 0; place < ids.length; place++) {
            int id = ids[place];
            if (id < pieces.length && pieces[id] >= 0) {
                add(pieces[id], sums);
            }
            if (place + 1 < ids.length) {
                long hash = hash(id, ids[place + 1]) & 0xFFFFFFFFL;
                add(firstBucket + (int) (hash % buckets), sums);
            }
        }
        double root = Math.sqrt(2.0 * ids.length - 1);
        double[] logits = new double[labels];
        for (int label = 0; label < labels; label++) {
            logits[label] = bias[label] + (double) scale[label] * sums[label] / root;
        }
        return logits;
    }

    private void add(int row, long[] sums) {
        int shift = shifts[row];
        int start = row * labels;
        for (int label = 0; label < labels; label++) {
            sums[label] += (long) rows[start + label] << shift;
        }
    }
}
