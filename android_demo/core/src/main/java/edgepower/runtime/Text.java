package edgepower.runtime;

/** What is classified: one text, or a pair of texts such as a question and a sentence. Immutable. */
public final class Text {
    /** The text, or the first one of a pair; never null. */
    public final String first;

    /** The second text of a pair; null where there is one text alone. */
    public final String second;

    private Text(String first, String second) {
        this.first = first;
        this.second = second;
    }

    /**
     * Makes one text.
     *
     * @param first the text; it may be empty
     * @return the text
     * @throws InputException it is null
     */
    public static Text of(String first) {
        return new Text(given(first, "expected a text, found null"), null);
    }

    /**
     * Makes a pair.
     *
     * @param first the first text; it may be empty
     * @param second the second text; it may be empty
     * @return the pair
     * @throws InputException one of them is null
     */
    public static Text pair(String first, String second) {
        String expected = "expected a pair of texts, found null as the ";
        return new Text(given(first, expected + "first"), given(second, expected + "second"));
    }

    private static String given(String text, String message) {
        if (text == null) {
            throw new InputException(message);
        }
        return text;
    }

    @Override
    public boolean equals(Object other) {
        if (!(other instanceof Text)) {
            return false;
        }
        Text text = (Text) other;
        return first.equals(text.first) && (second == null ? text.second == null : second.equals(text.second));
    }

    @Override
    public int hashCode() {
        return 31 * first.hashCode() + (second == null ? 0 : second.hashCode());
    }
}
