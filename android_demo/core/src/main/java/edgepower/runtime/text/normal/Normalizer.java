package edgepower.runtime.text.normal;

/** A step that makes spellings of a text alike before words are looked up. Implementations are immutable. */
public interface Normalizer {
    /**
     * Normalises a piece of text.
     *
     * @param text which is left as it is
     * @return the normalised text, or {@code text} itself where nothing changes
     */
    Chars normalize(Chars text);
}
