package edgepower.runtime.text;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;
import static org.junit.Assert.fail;

import edgepower.runtime.BundleException;
import edgepower.runtime.InputException;
import edgepower.runtime.Text;
import java.util.Arrays;
import org.junit.Test;

public final class TextEncoderTest {
    private static void ids(Tokenizers tokenizer, String text, int... expected) {
        int[] ids = tokenizer.encoder().encode(Text.of(text), 64).ids;
        int[] own = Arrays.copyOfRange(ids, 1, ids.length - 1);
        assertArrayEquals(text + " gives " + Arrays.toString(own), expected, own);
    }

    @Test
    public void takesWordsApart() {
        ids(new Tokenizers(), "A  good\tfilms!", 4, 5, 6, 7, 9);
        ids(new Tokenizers(), "unaffable", 14, 15, 16);
        ids(new Tokenizers(), "filmx", 1);
        ids(new Tokenizers(), "aaaaaaaaaaa", 1);
        ids(new Tokenizers(), "good\u5b57good", 5, 10, 5);
        ids(new Tokenizers(), "GO\u0301OD\u0000 f\u200bilm", 5, 6);
        ids(new Tokenizers(), "\u0130", 1);
        ids(new Tokenizers(), "\ud83d\ude00\ud83d\ude00", 20, 21);
        ids(new Tokenizers(), "");
    }

    @Test
    public void aWordMayBeAsLongAsTheModelSaysInCodePoints() {
        StringBuilder faces = new StringBuilder();
        for (int count = 0; count < 10; count++) {
            faces.append("\ud83d\ude00");
        }
        ids(new Tokenizers(), faces.toString(), 20, 21, 21, 21, 21, 21, 21, 21, 21, 21);
        ids(new Tokenizers(), faces + "\ud83d\ude00", 1);
    }

    @Test
    public void theNormalizerIsTheFilesOwn() {
        Tokenizers tokenizer = new Tokenizers();
        tokenizer.normalizer = "{\"type\":\"BertNormalizer\",\"clean_text\":false,\"handle_chinese_chars\":false,"
                + "\"strip_accents\":false,\"lowercase\":true}";
        ids(tokenizer, "\u00c9 \u0130 a\u5b57", 18, 13, 1);
        tokenizer.normalizer = "{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"NFD\"},{\"type\":\"StripAccents\"},"
                + "{\"type\":\"Lowercase\"}]}";
        ids(tokenizer, "\u00c9 G", 19, 1);
        tokenizer.normalizer = "{\"type\":\"NFC\"}";
        ids(tokenizer, "e\u0301 G", 18, 17);
        tokenizer.normalizer = "{\"type\":\"NFKC\"}";
        ids(tokenizer, "\uff27 \uff45\u0301", 17, 18);
        tokenizer.normalizer = "{\"type\":\"NFKD\"}";
        ids(tokenizer, "\uff27", 17);
        tokenizer.normalizer = "null";
        ids(tokenizer, "G g", 17, 1);
    }

    @Test
    public void theSplitterIsTheFilesOwn() {
        Tokenizers tokenizer = new Tokenizers();
        tokenizer.splitter = "{\"type\":\"WhitespaceSplit\"}";
        ids(tokenizer, "a! a", 1, 4);
        tokenizer.splitter = "{\"type\":\"Whitespace\"}";
        ids(tokenizer, "a! a!! ", 4, 9, 4, 1);
        tokenizer.splitter = "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"WhitespaceSplit\"},"
                + "{\"type\":\"Punctuation\",\"behavior\":\"Isolated\"}]}";
        ids(tokenizer, "a!!\u2003a", 4, 9, 9, 4);
        tokenizer.splitter = "null";
        ids(tokenizer, "a a", 1);
    }

    @Test
    public void findsAddedTokens() {
        Tokenizers tokenizer = new Tokenizers();
        tokenizer.added = Tokenizers.special("[SEP]") + "," + Tokenizers.added("<br>", "lstrip", "rstrip") + ","
                + Tokenizers.added("film", "single_word") + "," + Tokenizers.added("Go", "normalized");
        // The library goes by the vocabulary, and counts on behind it: <br> 23, film 6, Go 24.
        ids(tokenizer, "a <br> [SEP]film", 4, 23, 3, 6);
        ids(tokenizer, "films GOOD", 6, 7, 24, 1);
        assertArrayEquals(
                new String[] {"[CLS]", "a", " <br>\t", "b", "[SEP]"},
                tokenizer.encoder().tokens(Text.of("a <br>\tb"), 64));
    }

    @Test
    public void specialTokensMayBeOrdinaryText() {
        Tokenizers tokenizer = new Tokenizers();
        ids(tokenizer, "[SEP]", 3);
        tokenizer.splitSpecialTokens = true;
        ids(tokenizer, "[SEP]", 1, 1, 1);
    }

    @Test
    public void aPairHasTypes() {
        EncodedText pair = new Tokenizers().encoder().encode(Text.pair("a good", "film"), 64);
        assertArrayEquals(new int[] {2, 4, 5, 3, 6, 3}, pair.ids);
        assertArrayEquals(new int[] {0, 0, 0, 0, 1, 1}, pair.typeIds);
        assertEquals(6, pair.numTokens());
        assertFalse(pair.truncated);
    }

    @Test
    public void cutsTheLongerTextFirst() {
        Tokenizers tokenizer = new Tokenizers();
        EncodedText right = tokenizer.encoder().encode(Text.pair("a b a b a b", "good film"), 7);
        assertArrayEquals(new int[] {2, 4, 11, 3, 5, 6, 3}, right.ids);
        assertTrue(right.truncated);
        // Where both are as long, the second has the odd one.
        EncodedText even = tokenizer.encoder().encode(Text.pair("a b", "good film"), 6);
        assertArrayEquals(new int[] {2, 4, 3, 5, 6, 3}, even.ids);
        tokenizer.leftTruncation = true;
        EncodedText left = tokenizer.encoder().encode(Text.pair("a b a good", "film"), 6);
        assertArrayEquals(new int[] {2, 4, 5, 3, 6, 3}, left.ids);
        assertEquals(8, tokenizer.encoder().count(Text.pair("a b a good", "film")));
        assertArrayEquals(new int[] {2, 3}, tokenizer.encoder().encode(Text.of("a b"), 2).ids);
        try {
            tokenizer.encoder().encode(Text.of("a"), 1);
            fail("there is no room");
        } catch (InputException error) {
            assertEquals("the special tokens alone do not fit the length 1; use a bundle with longer ones",
                    error.getMessage());
        }
    }

    @Test
    public void saysWhereTokensStand() {
        TextEncoder encoder = new Tokenizers().encoder();
        int[][] words = encoder.words(Text.pair("\ud83d\ude00 F\u00cdlms", "a!"), 64);
        int[][] expected = {
            {-1, 0, 0, -1}, {0, 0, 2, 0}, {0, 3, 7, 1}, {0, 7, 8, 1}, {-1, 0, 0, -1}, {1, 0, 1, 0}, {1, 1, 2, 1},
            {-1, 0, 0, -1},
        };
        assertEquals(Arrays.deepToString(expected), Arrays.deepToString(words));
        assertEquals(4, encoder.words(Text.of("a a a a a"), 4).length);
    }

    @Test
    public void refusesLoneSurrogates() {
        for (String text : new String[] {"\ud83d\ude00a\ud800", "\ud83d\ude00a\udfff\ud800"}) {
            try {
                new Tokenizers().encoder().count(Text.pair("a", text));
                fail("a lone surrogate is no text");
            } catch (InputException error) {
                String found = text.endsWith("\udfff\ud800") ? "U+DFFF" : "U+D800";
                assertEquals("the text holds a lone surrogate, " + found
                        + " at character 2, which is no text; decode it anew", error.getMessage());
            }
        }
    }

    @Test
    public void endlessTextTakesNoEndlessTime() {
        long begin = System.nanoTime();
        TextEncoder encoder = new Tokenizers().encoder();
        for (String part : new String[] {"x", "\u0301\u0315", " ", "#", "\u0130", "\u5b57", "[SEP", "a\u0323\u0301"}) {
            StringBuilder text = new StringBuilder();
            while (text.length() < 200000) {
                text.append(part);
            }
            assertTrue(encoder.count(Text.of(text.toString())) >= 2);
        }
        // Together 1.6 MB, some tenths of a second on a desktop; anything quadratic would take many minutes.
        assertTrue(System.nanoTime() - begin < 60000000000L);
    }

    @Test
    public void readsAsOneOfTheSameFile() {
        Tokenizers tokenizer = new Tokenizers();
        TextEncoder encoder = tokenizer.encoder();
        assertTrue(encoder.readsAs(encoder));
        assertTrue(encoder.readsAs(tokenizer.encoder()));
        assertFalse(encoder.readsAs(null));
        tokenizer.leftTruncation = true;
        assertFalse(encoder.readsAs(tokenizer.encoder()));
        tokenizer.leftTruncation = false;
        tokenizer.unknown = "a";
        assertFalse(encoder.readsAs(tokenizer.encoder()));
        TokenizerEntry entry = new TokenizerEntry(1, true, false, true);
        assertEquals(entry.hashCode(), new TokenizerEntry(1, true, false, true).hashCode());
        assertFalse(entry.equals((Object) "entry"));
    }

    @Test
    public void anUnknownWordNeedsItsToken() {
        Tokenizers tokenizer = new Tokenizers();
        tokenizer.unknown = "[NONE]";
        ids(tokenizer, "good", 5);
        try {
            ids(tokenizer, "xyz");
            fail("there is no token for unknown words");
        } catch (BundleException error) {
            assertEquals("tokenizer.json fails on this text: its vocabulary lacks the token for unknown words; "
                    + "mend it, or leave the text out", error.getMessage());
        }
    }
}
