package edgepower.runtime;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;
import static org.junit.Assert.fail;

import org.junit.Test;

public final class TextTest {
    @Test
    public void holdsOneTextOrTwo() {
        assertEquals("a", Text.of("a").first);
        assertNull(Text.of("a").second);
        assertEquals("b", Text.pair("a", "b").second);
    }

    @Test
    public void equalsByItsWords() {
        assertEquals(Text.pair("a", "b"), Text.pair("a", "b"));
        assertEquals(Text.pair("a", "b").hashCode(), Text.pair("a", "b").hashCode());
        assertEquals(Text.of("a"), Text.of("a"));
        assertFalse(Text.of("a").equals(Text.pair("a", "")));
        assertFalse(Text.pair("a", "").equals(Text.of("a")));
        assertFalse(Text.of("a").equals((Object) "a"));
    }

    @Test
    public void refusesNull() {
        try {
            Text.of(null);
            fail("null was taken for a text");
        } catch (InputException error) {
            assertEquals("expected a text, found null", error.getMessage());
        }
        try {
            Text.pair("a", null);
            fail("null was taken for a text");
        } catch (EdgePowerException error) {
            assertEquals("expected a pair of texts, found null as the second", error.getMessage());
        }
    }

    @Test
    public void anErrorKeepsItsCause() {
        Exception cause = new Exception("why");
        assertTrue(new EngineException("the engine stopped", cause).getCause() == cause);
        assertEquals("the engine stopped", new EngineException("the engine stopped").getMessage());
        assertTrue(new InputException("x", cause).getCause() == cause);
    }
}
