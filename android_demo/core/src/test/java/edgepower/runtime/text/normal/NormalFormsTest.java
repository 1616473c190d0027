package edgepower.runtime.text.normal;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertSame;

import edgepower.runtime.json.Json;
import java.nio.charset.Charset;
import java.text.Normalizer.Form;
import java.util.Random;
import org.junit.Test;

public final class NormalFormsTest {
    private static Normalizer of(String type) {
        String json = "{\"type\":\"" + type + "\"}";
        return NormalizerReader.read(Json.parse(json.getBytes(Charset.forName("UTF-8")), "tokenizer.json"));
    }

    private static String normalized(String type, String text) {
        Chars found = of(type).normalize(Chars.of(text));
        return found.string(0, found.size());
    }

    @Test
    public void formsAreThoseOfJava() {
        // Of letters that Unicode has had for long, all of whose tables agree.
        String[] parts = {"e", "\u00e9", "\u0301", "\u0323", "\u0302", "\ud55c", "\u1112", "\u1161", "\u11ab", "\ufb01",
            "o", "\u1ed9", "\u0345", "\u03b1", "\u0915\u093c", "\u0958", "\u212b", "\u00bd", "a", "\u0334"};
        Random random = new Random(3);
        for (int round = 0; round < 5000; round++) {
            StringBuilder text = new StringBuilder();
            for (int count = random.nextInt(8); count >= 0; count--) {
                text.append(parts[random.nextInt(parts.length)]);
            }
            for (Form form : Form.values()) {
                String expected = java.text.Normalizer.normalize(text, form);
                assertEquals(form + " of " + text, expected, normalized(form.name(), text.toString()));
            }
        }
    }

    @Test
    public void manyMarksAreSortedToo() {
        StringBuilder marks = new StringBuilder("a");
        for (int count = 0; count < 1000; count++) {
            marks.append(count % 2 == 0 ? '\u0301' : '\u0323');
        }
        assertEquals(java.text.Normalizer.normalize(marks, Form.NFC), normalized("NFC", marks.toString()));
    }

    @Test
    public void plainTextIsNotCopied() {
        Chars text = Chars.of("plain");
        assertSame(text, of("NFD").normalize(text));
        assertSame(text, of("StripAccents").normalize(text));
        assertSame(text, NormalizerReader.read(null).normalize(text));
    }

    @Test
    public void eachCodePointKnowsWhereItStood() {
        Chars apart = of("NFD").normalize(Chars.of("\ud83d\ude00\u1ed9x"));
        assertEquals(5, apart.size());
        assertEquals(2, apart.begin(3));
        assertEquals(3, apart.end(3));
        assertEquals(3, apart.begin(4));
    }

    @Test
    public void marksGoAndLettersStay() {
        assertEquals("Me llamo", normalized("StripAccents", "Me llamo\u0301"));
        assertEquals("i\u0307 \u03c3", normalized("Lowercase", "\u0130 \u03a3"));
    }
}
