package edgepower.demo.text;

import static org.junit.Assert.assertEquals;

import java.util.Locale;
import org.junit.Test;

/** Numbers as a reader's language writes them. */
public final class NumbersTest {
    private final Numbers english = new Numbers(Locale.ENGLISH);

    @Test
    public void aProbabilityIsNeverRoundedToCertainty() {
        assertEquals("99.3%", english.percent(0.9931));
        assertEquals("99.9%", english.percent(0.99996));
        assertEquals("100.0%", english.percent(1));
        assertEquals("0.0%", english.percent(0.0001));
    }

    @Test
    public void timesHaveDigitsThatTellSomething() {
        assertEquals("0.05", english.measured(0.0512));
        assertEquals("3.2", english.measured(3.18));
        assertEquals("248", english.measured(247.9));
    }

    @Test
    public void anotherLanguageWritesItsOwnWay() {
        assertEquals("3,2", new Numbers(Locale.GERMAN).measured(3.18));
        assertEquals("-1,250", new Numbers(Locale.GERMAN).value(-1.25));
    }
}
