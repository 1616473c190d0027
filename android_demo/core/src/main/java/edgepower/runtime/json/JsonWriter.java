package edgepower.runtime.json;

import java.util.Locale;

/**
 * Writes JSON text, value by value, without blanks.
 *
 * <p>{@code new JsonWriter().object().name("runs").array().value(1).value(2).end().end().text()} gives
 * {@code {"runs":[1,2]}}. Whoever calls names every member of an object, and ends what was begun. Not thread-safe.
 */
public final class JsonWriter {
    private final StringBuilder written = new StringBuilder();
    private final StringBuilder open = new StringBuilder();
    private boolean first = true;

    /**
     * Begins an object.
     *
     * @return this
     */
    public JsonWriter object() {
        return begin('{', '}');
    }

    /**
     * Begins an array.
     *
     * @return this
     */
    public JsonWriter array() {
        return begin('[', ']');
    }

    /**
     * Ends the object or array that was begun last.
     *
     * @return this
     */
    public JsonWriter end() {
        int last = open.length() - 1;
        if (last < 0) {
            throw new IllegalStateException("nothing is open that could end");
        }
        written.append(open.charAt(last));
        open.setLength(last);
        first = false;
        return this;
    }

    /**
     * Writes the key of the value that follows.
     *
     * @param name the key
     * @return this
     */
    public JsonWriter name(String name) {
        separate();
        quote(name);
        written.append(':');
        first = true;
        return this;
    }

    /**
     * Writes a string.
     *
     * @param value the string; null is written as JSON's null
     * @return this
     */
    public JsonWriter value(String value) {
        if (value == null) {
            return nothing();
        }
        separate();
        quote(value);
        return this;
    }

    /**
     * Writes a whole number.
     *
     * @param value the number
     * @return this
     */
    public JsonWriter value(long value) {
        return raw(Long.toString(value));
    }

    /**
     * Writes a number.
     *
     * @param value the number, in the digits that give it back exactly
     * @return this
     * @throws IllegalArgumentException it is not finite, which JSON cannot say
     */
    public JsonWriter value(double value) {
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            throw new IllegalArgumentException("JSON has no " + value);
        }
        return raw(Double.toString(value));
    }

    /**
     * Writes true or false.
     *
     * @param value which of them
     * @return this
     */
    public JsonWriter value(boolean value) {
        return raw(Boolean.toString(value));
    }

    /**
     * Writes null.
     *
     * @return this
     */
    public JsonWriter nothing() {
        return raw("null");
    }

    /**
     * Gives what was written.
     *
     * @return a JSON document
     * @throws IllegalStateException an object or an array has not ended
     */
    public String text() {
        if (open.length() > 0) {
            throw new IllegalStateException("not ended: " + open);
        }
        return written.toString();
    }

    private JsonWriter begin(char opening, char closing) {
        separate();
        written.append(opening);
        open.append(closing);
        first = true;
        return this;
    }

    private JsonWriter raw(String value) {
        separate();
        written.append(value);
        return this;
    }

    private void separate() {
        if (!first) {
            written.append(',');
        }
        first = false;
    }

    private void quote(String value) {
        written.append('"');
        for (int at = 0; at < value.length(); at++) {
            char unit = value.charAt(at);
            if (unit == '"' || unit == '\\') {
                written.append('\\').append(unit);
            } else if (unit < ' ' || Character.isSurrogate(unit)) {
                // An escape for each half of a pair is right, and a lone one then still is valid UTF-8.
                written.append(String.format(Locale.ROOT, "\\u%04x", (int) unit));
            } else {
                written.append(unit);
            }
        }
        written.append('"');
    }
}
