package edgepower.demo.text;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;

import org.junit.Test;

/** Every sentence is there, and takes the values that it is given. */
public final class PhrasesTest {
    private final XmlPhrases phrases = new XmlPhrases();

    @Test
    public void everyPhraseHasItsString() {
        for (Phrase phrase : Phrase.values()) {
            boolean ofNumbers = phrase == Phrase.ROW_ENCODER || phrase == Phrase.ROW_KEPT;
            Object[] values = ofNumbers ? new Object[] {1, 2} : new Object[] {"a", "b", "c", "d"};
            if (phrase == Phrase.PROFILE_STEP) {
                values = new Object[] {1, 2, "c"};
            }
            assertFalse(phrase.name(), phrases.say(phrase, values).isEmpty());
        }
    }

    @Test
    public void everyPluralTakesOneAndMany() {
        for (Plural plural : Plural.values()) {
            assertFalse(plural.name(), phrases.count(plural, 1, 16).equals(phrases.count(plural, 2, 16)));
        }
        assertEquals("1 word piece at length 16.", phrases.count(Plural.PIECES_AT_LENGTH, 1, 16));
        assertEquals("and 7 more labels", phrases.count(Plural.MORE_LABELS, 7));
    }
}
