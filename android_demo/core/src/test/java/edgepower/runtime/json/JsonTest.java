package edgepower.runtime.json;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;
import static org.junit.Assert.fail;

import edgepower.runtime.BundleException;
import java.nio.charset.Charset;
import java.util.Arrays;
import java.util.Random;
import org.junit.Test;

public final class JsonTest {
    private static final Charset UTF_8 = Charset.forName("UTF-8");
    private static final String DOCUMENT =
            "{\"name\": \"a\\u00e9\\n\\\"\\\\\\/\\b\\f\\r\\t\", \"sizes\": [1, -2, 3.5, 1e3], "
                    + "\"deep\": {\"x\": {\"y\": null}},"
                    + " \"yes\": true, \"no\": false, \"none\": null}";

    private static JsonNode parse(String text) {
        return Json.parse(text.getBytes(UTF_8), "bundle.json");
    }

    private static void refuses(String text, String message) {
        try {
            parse(text);
            fail("taken for JSON: " + text);
        } catch (BundleException error) {
            assertEquals(message, error.getMessage());
        }
    }

    private interface Reading {
        Object read(JsonNode node);
    }

    private static void fails(String text, String message, Reading reading) {
        JsonNode node = parse(text);
        try {
            reading.read(node);
            fail("read without a complaint: " + text);
        } catch (BundleException error) {
            assertEquals(message, error.getMessage());
        }
    }

    @Test
    public void readsEveryKindOfValue() {
        JsonNode root = parse(DOCUMENT);
        assertEquals("a\u00e9\n\"\\/\b\f\r\t", root.get("name").string());
        assertEquals(-2, root.get("sizes").items().get(1).integer(-5, 5));
        assertEquals(3.5, root.get("sizes").items().get(2).number(), 0);
        assertEquals(1000, root.get("sizes").items().get(3).number(), 0);
        assertEquals(1, root.get("sizes").items(4).get(0).number(), 0);
        assertTrue(root.get("yes").bool());
        assertFalse(root.get("no").bool());
        assertTrue(root.get("none").isNull());
        assertNull(root.nullable("none"));
        assertNull(root.optional("none"));
        assertNull(root.optional("absent"));
        assertTrue(root.has("none"));
        assertFalse(root.has("absent"));
        assertEquals(Arrays.asList("name", "sizes", "deep", "yes", "no", "none"), root.keys());
        assertEquals("bundle.json: deep.x.y", root.get("deep").get("x").get("y").place());
        assertEquals("bundle.json: sizes[3]", root.get("sizes").items().get(3).place());
        assertEquals("bundle.json: the document", root.place());
        assertEquals("x", parse(" \t\r\n[\"x\"] ").items().get(0).choice("y", "x"));
        assertEquals("\ud83d\ude00", parse("\"\\ud83d\\ude00\"").string(1));
    }

    @Test
    public void refusesWhatIsNoJson() {
        String begin = "bundle.json is not valid JSON in UTF-8: ";
        refuses("", begin + "expected a value at character 0, found the end");
        refuses("[1, NaN]", begin + "expected a value at character 4, found \"NaN]\"");
        refuses("Infinity", begin + "expected a value at character 0, found \"Infinity\"");
        refuses("[-Infinity]", begin + "expected a value at character 1, found \"-Infinity]\"");
        refuses("01", begin + "expected the end after the value at character 1, found \"1\"");
        refuses("1.", begin + "expected digits after the point at character 2, found the end");
        refuses("1e+", begin + "expected digits of an exponent at character 3, found the end");
        refuses("{} {}", begin + "expected the end after the value at character 3, found \"{}\"");
        refuses("{a: 1}", begin + "expected a key in double quotes at character 1, found \"a: 1}\"");
        refuses("{\"a\" 1}", begin + "expected ':' at character 5, found \"1}\"");
        refuses("[1,]", begin + "expected a value at character 3, found \"]\"");
        refuses("[1 2]", begin + "expected ',' at character 3, found \"2]\"");
        refuses("tru", begin + "expected a value at character 0, found \"tru\"");
        refuses("\"\\x\"", begin + "expected an escape of JSON after the backslash at character 2, found \"x\\\"\"");
        refuses("\"\\u12\uff11\"", begin + "expected four hexadecimal digits at character 5, found \"\uff11\\\"\"");
        refuses("\"a\nb\"", begin + "expected no control character in a string at character 2, found \"\\u000ab\\\"\"");
        refuses("\"a", begin + "a string has no end at character 2, found the end");
        refuses("\ufeff{}", begin + "expected a value at character 0, found \"\\ufeff{}\"");
    }

    @Test
    public void refusesOtherBytesThanUtf8() {
        byte[][] wrong = {
            {'"', (byte) 0xff, '"'},
            {'"', (byte) 0xc0, (byte) 0x80, '"'},
            {'"', (byte) 0xed, (byte) 0xa0, (byte) 0x80, '"'},
        };
        for (byte[] bytes : wrong) {
            try {
                Json.parse(bytes, "golden.json");
                fail("taken for UTF-8: " + Arrays.toString(bytes));
            } catch (BundleException error) {
                assertEquals("golden.json is not valid JSON in UTF-8: its bytes are not UTF-8", error.getMessage());
            }
        }
    }

    @Test
    public void refusesAKeyTwice() {
        refuses("{\"a\": {\"b\": 1, \"b\": 1}}", "bundle.json has the key \"b\" twice in one object; give it once");
    }

    @Test
    public void refusesWhatExhaustsTheStack() {
        StringBuilder deep = new StringBuilder();
        for (int level = 0; level < 100000; level++) {
            deep.append(level % 2 == 0 ? "[" : "{\"a\":");
        }
        refuses(deep.toString(), "bundle.json is nested too deep to be read");
        assertEquals(0, parse(DEEP_ENOUGH).items().get(0).items().get(0).items().size() - 1);
    }

    private static final String DEEP_ENOUGH = nested(JsonParser.DEEPEST);

    private static String nested(int depth) {
        StringBuilder text = new StringBuilder();
        for (int level = 0; level < depth; level++) {
            text.insert(0, '[').append(']');
        }
        return text.toString();
    }

    @Test
    public void saysWhatAValueShouldHaveBeen() {
        fails("{\"a\": 5}", "bundle.json: a must be a string, found 5", new Reading() {
            @Override
            public Object read(JsonNode node) {
                return node.get("a").string();
            }
        });
        fails("[]", "bundle.json: the document must be an object, found []", new Reading() {
            @Override
            public Object read(JsonNode node) {
                return node.get("a");
            }
        });
        fails("{\"a\": {}}", "bundle.json: a.b is missing", new Reading() {
            @Override
            public Object read(JsonNode node) {
                return node.get("a").get("b");
            }
        });
        fails("{\"a\": null}", "bundle.json: a must be an array, found null", new Reading() {
            @Override
            public Object read(JsonNode node) {
                return node.get("a").items();
            }
        });
        fails("[1, 2]",
                "bundle.json: the document must be an array of at most 1 elements (this one has 2), found [1, 2]",
                new Reading() {
                    @Override
                    public Object read(JsonNode node) {
                        return node.items(1);
                    }
                });
        fails("\"abc\"",
                "bundle.json: the document must be a string of at most 2 characters (this one has 3), found \"abc\"",
                new Reading() {
                    @Override
                    public Object read(JsonNode node) {
                        return node.string(2);
                    }
                });
        fails("\"\\ud800\"", "bundle.json: the document must be a string without lone surrogates, found \"\\ud800\"",
                new Reading() {
                    @Override
                    public Object read(JsonNode node) {
                        return node.string();
                    }
                });
        fails("{\"a\": {\"\\udc00\": 1}}",
                "bundle.json: a key of a must be a string without lone surrogates, found \"\\udc00\"",
                new Reading() {
                    @Override
                    public Object read(JsonNode node) {
                        return node.get("a").keys();
                    }
                });
        fails("\"c\"", "bundle.json: the document must be one of a, b, found \"c\"", new Reading() {
            @Override
            public Object read(JsonNode node) {
                return node.choice("a", "b");
            }
        });
        fails("1", "bundle.json: the document must be true or false, found 1", new Reading() {
            @Override
            public Object read(JsonNode node) {
                return node.bool();
            }
        });
    }

    private static Reading integer(final long least, final long most) {
        return new Reading() {
            @Override
            public Object read(JsonNode node) {
                return node.integer(least, most);
            }
        };
    }

    @Test
    public void boundsNumbers() {
        String begin = "bundle.json: the document must be ";
        Reading any = integer(0, JsonNode.LARGEST);
        Reading number = new Reading() {
            @Override
            public Object read(JsonNode node) {
                return node.number();
            }
        };
        assertEquals(Long.MAX_VALUE, parse("9223372036854775807").integer(0, JsonNode.LARGEST));
        assertEquals(0, parse("-0").integer(0, 5));
        fails("1.0", begin + "a whole number, found 1.0", any);
        fails("true", begin + "a whole number, found true", any);
        fails("-1", begin + "a whole number in 0..2^63-1, found -1", any);
        fails("9223372036854775808", begin + "a whole number in 0..2^63-1, found 9223372036854775808", any);
        fails("3000000000", begin + "a whole number in 0..2^31-1, found 3000000000", integer(0, Integer.MAX_VALUE));
        fails("9", begin + "a whole number in 1..8, found 9", integer(1, 8));
        fails("null", begin + "a number, found null", number);
        fails("1e999", begin + "a finite number within 64 bits, found Infinity", number);
        fails("-9223372036854775808", begin + "a finite number within 64 bits, found -9223372036854775808", number);
        fails("9223372036854775808", begin + "a finite number within 64 bits, found 9223372036854775808", number);
    }

    @Test
    public void refusesANumberThatTakesLongToRead() {
        char[] digits = new char[JsonParser.MOST_DIGITS + 1];
        Arrays.fill(digits, '7');
        refuses(new String(digits), "bundle.json is not valid JSON in UTF-8: expected at most 4300 digits at character "
                + "4301, found the end");
    }

    @Test
    public void showsLongValuesInShort() {
        char[] many = new char[500];
        Arrays.fill(many, 'x');
        fails("[[1, 2, 3, 4], {\"a\": {\"b\": [1]}}, \"" + new String(many) + "\", 1]",
                "bundle.json: the document must be a string, found [[1, 2, 3, ...], {\"a\": {...}}, "
                        + "\"xxxxxxxxxxxxxxxxxx...xxxxxxxxxxxxxxxxxx\", ...]",
                new Reading() {
                    @Override
                    public Object read(JsonNode node) {
                        return node.string();
                    }
                });
        fails("{\"a\": 1, \"b\": 2, \"c\": 3, \"d\": 4}",
                "bundle.json: the document must be a string, found {\"a\": 1, \"b\": 2, \"c\": 3, ...}",
                new Reading() {
                    @Override
                    public Object read(JsonNode node) {
                        return node.string();
                    }
                });
    }

    @Test
    public void damagedDocumentsGiveNoOtherException() {
        byte[] whole = DOCUMENT.getBytes(UTF_8);
        Random random = new Random(22);
        int refused = 0;
        for (int round = 0; round < 20000; round++) {
            byte[] damaged = Arrays.copyOf(whole, round % 3 == 0 ? random.nextInt(whole.length) : whole.length);
            for (int flips = random.nextInt(3); damaged.length > 0 && flips >= 0; flips--) {
                damaged[random.nextInt(damaged.length)] ^= 1 << random.nextInt(8);
            }
            try {
                Json.parse(damaged, "bundle.json").keys();
            } catch (BundleException error) {
                assertTrue(error.getMessage(), error.getMessage().startsWith("bundle.json"));
                assertFalse(error.getMessage(), error.getMessage().contains("\n"));
                refused++;
            }
        }
        assertTrue("of 20000 only " + refused, refused > 10000);
    }
}
