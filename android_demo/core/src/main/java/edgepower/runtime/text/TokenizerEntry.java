package edgepower.runtime.text;

/** What the manifest adds to tokenizer.json: BUNDLE.md, sections 3 and 4. Immutable. */
public final class TokenizerEntry {
    /** The token id that fills a text up to the length of a program. */
    public final int padId;

    /** Whether programs take {@code token_type_ids}. */
    public final boolean hasTokenTypes;

    /** Whether a text that is too long keeps its end; else it keeps its beginning. */
    public final boolean leftTruncation;

    /** Whether a special token that a text spells out, such as {@code [SEP]}, is read as ordinary text. */
    public final boolean splitSpecialTokens;

    /**
     * Makes an entry.
     *
     * @param padId see the field
     * @param hasTokenTypes see the field
     * @param leftTruncation see the field
     * @param splitSpecialTokens see the field
     */
    public TokenizerEntry(int padId, boolean hasTokenTypes, boolean leftTruncation, boolean splitSpecialTokens) {
        this.padId = padId;
        this.hasTokenTypes = hasTokenTypes;
        this.leftTruncation = leftTruncation;
        this.splitSpecialTokens = splitSpecialTokens;
    }

    @Override
    public boolean equals(Object other) {
        if (!(other instanceof TokenizerEntry)) {
            return false;
        }
        TokenizerEntry entry = (TokenizerEntry) other;
        return padId == entry.padId
                && hasTokenTypes == entry.hasTokenTypes
                && leftTruncation == entry.leftTruncation
                && splitSpecialTokens == entry.splitSpecialTokens;
    }

    @Override
    public int hashCode() {
        return padId * 8 + (hasTokenTypes ? 4 : 0) + (leftTruncation ? 2 : 0) + (splitSpecialTokens ? 1 : 0);
    }
}
