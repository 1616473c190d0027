package edgepower.runtime.text.unicode;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import org.junit.Test;

/** A few of what the tables say; tests/android compares all of it with the library. */
public final class CodePointsTest {
    @Test
    public void setsHaveTheirEdges() {
        assertTrue(CodePointSet.WHITE_SPACE.has(0x2000));
        assertTrue(CodePointSet.WHITE_SPACE.has(0x200A));
        assertFalse(CodePointSet.WHITE_SPACE.has(0x200B));
        assertFalse(CodePointSet.WHITE_SPACE.has(0));
        assertTrue(CodePointSet.PUNCTUATION.has('$'));
        assertTrue(CodePointSet.PUNCTUATION.has(0x3002));
        assertFalse("of Unicode 9, which the library does not know", CodePointSet.PUNCTUATION.has(0x2E43));
        assertTrue(CodePointSet.WORD.has('_'));
        assertTrue(CodePointSet.WORD.has(0x301));
        assertFalse(CodePointSet.WORD.has(0x1F600));
        assertTrue(CodePointSet.UNCLEAN.has(0x10FFFD));
        assertFalse(CodePointSet.UNCLEAN.has('\n'));
        assertTrue(CodePointSet.ACCENT.has(0x301));
        assertFalse(CodePointSet.ACCENT.has(0x903));
        assertTrue("StripAccents takes marks with a width too", CodePointSet.MARK.has(0x903));
    }

    @Test
    public void capitalLettersHaveSmallOnes() {
        assertEquals('z', LowerCase.of('Z'));
        assertEquals('[', LowerCase.of('['));
        assertEquals(0xE4, LowerCase.of(0xC4));
        assertEquals(0xD7, LowerCase.of(0xD7));
        assertEquals(0x101, LowerCase.of(0x100));
        assertEquals(0x101, LowerCase.of(0x101));
        assertEquals(0x3C3, LowerCase.of(0x3A3));
        assertEquals('i', LowerCase.of(LowerCase.DOTTED_I));
        assertEquals(0x10428, LowerCase.of(0x10400));
        assertEquals(0x10FFFF, LowerCase.of(0x10FFFF));
    }

    @Test
    public void lettersAreTakenApartAndPutTogether() {
        assertArrayEquals(new int[] {'o', 0x302, 0x301}, Decomposition.CANONICAL.of(0x1ED1));
        assertNull(Decomposition.CANONICAL.of('o'));
        assertNull(Decomposition.CANONICAL.of(0xFB01));
        assertArrayEquals(new int[] {'f', 'i'}, Decomposition.compatible().of(0xFB01));
        assertEquals(0x1ED1, Composition.of(0xF4, 0x301));
        assertEquals("a letter that is never put together again", -1, Composition.of(0x915, 0x93C));
        assertEquals(-1, Composition.of('a', 'b'));
    }

    @Test
    public void marksHaveTheirOrder() {
        assertEquals(0, MarkOrder.of('a'));
        assertEquals(0, MarkOrder.of(0x370));
        assertTrue("below comes before above", MarkOrder.of(0x323) < MarkOrder.of(0x301));
        assertEquals(MarkOrder.of(0x300), MarkOrder.of(0x301));
    }
}
