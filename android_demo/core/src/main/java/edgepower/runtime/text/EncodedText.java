package edgepower.runtime.text;

/** A text as the model reads it. Whoever holds one leaves its arrays as they are. */
public final class EncodedText {
    /** Token ids, [CLS] and [SEP] included, padding not. */
    public final int[] ids;

    /** Per id, 0 for the first text and 1 for the second, as the tokenizer says. */
    public final int[] typeIds;

    /** Whether words were cut off. */
    public final boolean truncated;

    EncodedText(int[] ids, int[] typeIds, boolean truncated) {
        this.ids = ids;
        this.typeIds = typeIds;
        this.truncated = truncated;
    }

    /**
     * Counts the ids.
     *
     * @return how many there are
     */
    public int numTokens() {
        return ids.length;
    }
}
