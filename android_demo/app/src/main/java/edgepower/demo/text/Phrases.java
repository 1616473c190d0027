package edgepower.demo.text;

import java.util.Locale;

/** The app's sentences in the reader's language. */
public interface Phrases {
    /**
     * Says a sentence.
     *
     * @param phrase which
     * @param values what it names
     */
    String say(Phrase phrase, Object... values);

    /**
     * Says a sentence that turns on a number.
     *
     * @param plural which
     * @param count the number, its first value
     * @param values its other values
     */
    String count(Plural plural, int count, Object... values);

    /** Whose way of writing numbers is used. */
    Locale locale();
}
