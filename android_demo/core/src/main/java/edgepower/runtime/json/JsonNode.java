package edgepower.runtime.json;

import edgepower.runtime.BundleException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * A value of a JSON document that knows its place, so that a complaint about it names it.
 *
 * <p>Every accessor checks the kind of value and answers another one with a {@link BundleException} such as
 * {@code bundle.json: artifacts[0].precision must be a string, found 5}. Thread-safe.
 */
public final class JsonNode {
    /** The largest number of BUNDLE.md where it says nothing else: 2^63 - 1. */
    public static final long LARGEST = Long.MAX_VALUE;

    private final Object value;
    private final String fileName;
    private final JsonNode parent;
    private final String step;

    JsonNode(Object value, String fileName) {
        this(value, fileName, null, "");
    }

    // A place is made into a string only when a message asks for it: a vocabulary has 30,000 of them.
    private JsonNode(Object value, String fileName, JsonNode parent, String step) {
        this.value = value;
        this.fileName = fileName;
        this.parent = parent;
        this.step = step;
    }

    /**
     * Says where the value stands.
     *
     * @return file and path, such as {@code bundle.json: artifacts[0].files[1].sha256}
     */
    public String place() {
        String path = path();
        return fileName + ": " + (path.isEmpty() ? "the document" : path);
    }

    /**
     * Looks for a key.
     *
     * @param key of this object
     * @return whether it is there, be it with null
     * @throws BundleException this is no object
     */
    public boolean has(String key) {
        return members().containsKey(key);
    }

    /**
     * Gives the value under a key that must be there.
     *
     * @param key of this object
     * @return its value, which may be JSON's null
     * @throws BundleException this is no object, or the key is missing
     */
    public JsonNode get(String key) {
        if (!members().containsKey(key)) {
            throw new BundleException(fileName + ": " + child(null, key).path() + " is missing");
        }
        return child(members().get(key), key);
    }

    /**
     * Gives the value under a key that must be there but may be null.
     *
     * @param key of this object
     * @return its value; Java's null for JSON's null
     * @throws BundleException this is no object, or the key is missing
     */
    public JsonNode nullable(String key) {
        JsonNode node = get(key);
        return node.isNull() ? null : node;
    }

    /**
     * Gives the value under a key that documents may lack.
     *
     * @param key of this object
     * @return its value; Java's null where the key is missing or has JSON's null
     * @throws BundleException this is no object
     */
    public JsonNode optional(String key) {
        return has(key) ? nullable(key) : null;
    }

    /**
     * Gives the elements of an array.
     *
     * @return the elements, in order
     * @throws BundleException this is no array
     */
    public List<JsonNode> items() {
        return items(Integer.MAX_VALUE);
    }

    /**
     * Gives the elements of an array that has a bound.
     *
     * @param most the largest number of elements
     * @return the elements, in order
     * @throws BundleException this is no array, or it has more
     */
    public List<JsonNode> items(int most) {
        if (!(value instanceof List)) {
            throw wrong("an array");
        }
        List<?> items = (List<?>) value;
        if (items.size() > most) {
            throw wrong("an array of at most " + most + " elements (this one has " + items.size() + ")");
        }
        List<JsonNode> nodes = new ArrayList<JsonNode>(items.size());
        for (Object item : items) {
            nodes.add(new JsonNode(item, fileName, this, "[" + nodes.size() + "]"));
        }
        return Collections.unmodifiableList(nodes);
    }

    /**
     * Gives the keys of an object whose keys are data.
     *
     * @return the keys, in the document's order
     * @throws BundleException this is no object, or UTF-8 cannot hold a key
     */
    public List<String> keys() {
        List<String> keys = new ArrayList<String>(members().keySet());
        for (String key : keys) {
            new JsonNode(key, fileName, null, "a key of " + path()).string();
        }
        return Collections.unmodifiableList(keys);
    }

    /**
     * Gives a string.
     *
     * @return the string, which UTF-8 can hold
     * @throws BundleException this is no string, or it has a lone surrogate
     */
    public String string() {
        return string(Integer.MAX_VALUE);
    }

    /**
     * Gives a string that has a bound.
     *
     * @param most the largest number of characters (code points)
     * @return the string, which UTF-8 can hold
     * @throws BundleException this is no string, it is longer, or it has a lone surrogate
     */
    public String string(int most) {
        if (!(value instanceof String)) {
            throw wrong("a string");
        }
        String string = (String) value;
        int size = string.codePointCount(0, string.length());
        if (size > most) {
            throw wrong("a string of at most " + most + " characters (this one has " + size + ")");
        }
        for (int at = 0; at < string.length(); at += Character.charCount(string.codePointAt(at))) {
            if (isSurrogate(string.codePointAt(at))) {
                throw wrong("a string without lone surrogates");
            }
        }
        return string;
    }

    /**
     * Gives a string that is one of a few.
     *
     * @param options what it may be
     * @return the one that it is
     * @throws BundleException it is none of them
     */
    public String choice(String... options) {
        StringBuilder list = new StringBuilder();
        for (String option : options) {
            if (option.equals(value)) {
                return option;
            }
            list.append(list.length() == 0 ? "" : ", ").append(option);
        }
        throw wrong("one of " + list);
    }

    /**
     * Gives a whole number; {@code true} and {@code 1.0} are none.
     *
     * @param least the smallest that may be
     * @param most the largest that may be
     * @return the number
     * @throws BundleException this is none, or it is outside these bounds
     */
    public long integer(long least, long most) {
        if (!(value instanceof Long) && !(value instanceof LargeNumber)) {
            throw wrong("a whole number");
        }
        if (value instanceof LargeNumber || (Long) value < least || (Long) value > most) {
            throw wrong("a whole number in " + least + ".." + bound(most));
        }
        return (Long) value;
    }

    /**
     * Gives a finite number.
     *
     * @return the number, whole ones too
     * @throws BundleException this is none, or it does not fit 64 bits
     */
    public double number() {
        if (!(value instanceof Number) && !(value instanceof LargeNumber)) {
            throw wrong("a number");
        }
        double number = value instanceof Number ? ((Number) value).doubleValue() : Double.NaN;
        if (Double.isNaN(number) || Double.isInfinite(number) || Long.valueOf(Long.MIN_VALUE).equals(value)) {
            throw wrong("a finite number within 64 bits");
        }
        return number;
    }

    /**
     * Gives true or false.
     *
     * @return which of them it is
     * @throws BundleException it is neither
     */
    public boolean bool() {
        if (!(value instanceof Boolean)) {
            throw wrong("true or false");
        }
        return (Boolean) value;
    }

    /**
     * Looks for JSON's null.
     *
     * @return whether this is null
     */
    public boolean isNull() {
        return value == null;
    }

    /**
     * Makes the exception that says what this value should have been; it is for the caller to throw.
     *
     * @param expected what it must be, such as {@code a string}
     * @return an exception with place, expectation and finding
     */
    public BundleException wrong(String expected) {
        return new BundleException(place() + " must be " + expected + ", found " + Found.of(value));
    }

    @SuppressWarnings("unchecked") // the parser makes no other maps
    private Map<String, Object> members() {
        if (!(value instanceof Map)) {
            throw wrong("an object");
        }
        return (Map<String, Object>) value;
    }

    private JsonNode child(Object member, String key) {
        return new JsonNode(member, fileName, this, parent == null ? key : "." + key);
    }

    private String path() {
        return parent == null ? step : parent.path() + step;
    }

    private static boolean isSurrogate(int codePoint) {
        return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
    }

    private static String bound(long most) {
        return most == LARGEST ? "2^63-1" : most == Integer.MAX_VALUE ? "2^31-1" : Long.toString(most);
    }
}
