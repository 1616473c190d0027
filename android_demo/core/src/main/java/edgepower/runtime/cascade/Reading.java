package edgepower.runtime.cascade;

import edgepower.runtime.Text;
import edgepower.runtime.text.EncodedText;
import edgepower.runtime.text.TextEncoder;

/** A text on its way through tiers, with what they worked out of it; one thread has it at a time. */
public final class Reading {
    /** The text, or pair. */
    public final Text text;

    /** What a stage leaves for one that goes on from it; null elsewhere. */
    public Object handedOn;

    private EncodedText encoded;
    private TextEncoder encoder;
    private int maxLength;

    /** Begins with a text of which nothing is known. */
    public Reading(Text text) {
        this.text = text;
    }

    /**
     * Gives the ids of the text; where a tier before read alike, they are known.
     *
     * @param reader the tokenizer
     * @param most where it cuts
     * @throws edgepower.runtime.InputException it is no text that can be read
     */
    public EncodedText encodedFor(TextEncoder reader, int most) {
        if (encoded != null && (reader == encoder || reader.readsAs(encoder))
                && (most == maxLength || !encoded.truncated && encoded.numTokens() <= most)) {
            return encoded;
        }
        encoded = reader.encode(text, most);
        encoder = reader;
        maxLength = most;
        return encoded;
    }
}
