package edgepower.runtime.json;

import edgepower.runtime.BundleException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One pass over the characters of a JSON document (RFC 8259).
 *
 * <p>Values become Map, List, String, Boolean, Long, Double or null; a whole number that 64 bits cannot hold becomes a
 * {@link LargeNumber}.
 */
final class JsonParser {
    /** Deeper documents are refused, so that none exhausts the stack of a small thread. */
    static final int DEEPEST = 500;

    /** A whole number of more digits is refused, as Python does. */
    static final int MOST_DIGITS = 4300;

    private static final int SHOWN = 40;

    private final String text;
    private final String fileName;
    private int at;
    private int depth;

    JsonParser(String text, String fileName) {
        this.text = text;
        this.fileName = fileName;
    }

    Object document() {
        Object value = value();
        skipBlanks();
        if (at < text.length()) {
            throw malformed("expected the end after the value");
        }
        return value;
    }

    private Object value() {
        skipBlanks();
        switch (peek()) {
            case '{':
                return object();
            case '[':
                return array();
            case '"':
                return string();
            case 't':
                return literal("true", Boolean.TRUE);
            case 'f':
                return literal("false", Boolean.FALSE);
            case 'n':
                return literal("null", null);
            default:
                return number();
        }
    }

    private Map<String, Object> object() {
        enter();
        Map<String, Object> members = new LinkedHashMap<String, Object>();
        if (!closes('}')) {
            do {
                skipBlanks();
                if (peek() != '"') {
                    throw malformed("expected a key in double quotes");
                }
                String key = string();
                skipBlanks();
                expect(':');
                Object value = value();
                // Parsers differ in which of two values they take: what another reader shows would not be what we run.
                if (members.containsKey(key)) {
                    throw new BundleException(
                            fileName + " has the key " + Found.of(key) + " twice in one object; give it once");
                }
                members.put(key, value);
            } while (goesOn('}'));
        }
        depth--;
        return members;
    }

    private List<Object> array() {
        enter();
        List<Object> items = new ArrayList<Object>();
        if (!closes(']')) {
            do {
                items.add(value());
            } while (goesOn(']'));
        }
        depth--;
        return items;
    }

    private void enter() {
        at++;
        depth++;
        if (depth > DEEPEST) {
            throw new BundleException(fileName + " is nested too deep to be read");
        }
    }

    private boolean closes(char end) {
        skipBlanks();
        if (peek() != end) {
            return false;
        }
        at++;
        return true;
    }

    private boolean goesOn(char end) {
        if (closes(end)) {
            return false;
        }
        expect(',');
        return true;
    }

    private String string() {
        at++;
        int begin = at;
        StringBuilder unescaped = null;
        while (true) {
            char next = peek();
            if (next == '"') {
                String rest = text.substring(begin, at);
                at++;
                return unescaped == null ? rest : unescaped.append(rest).toString();
            }
            if (next < ' ') {
                boolean isEnd = at == text.length();
                throw malformed(isEnd ? "a string has no end" : "expected no control character in a string");
            }
            if (next == '\\') {
                if (unescaped == null) {
                    unescaped = new StringBuilder();
                }
                unescaped.append(text, begin, at).append(escaped());
                begin = at;
            } else {
                at++;
            }
        }
    }

    private char escaped() {
        at++;
        char letter = peek();
        at++;
        switch (letter) {
            case '"':
            case '\\':
            case '/':
                return letter;
            case 'b':
                return '\b';
            case 'f':
                return '\f';
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 't':
                return '\t';
            case 'u':
                return hexadecimal();
            default:
                at--;
                throw malformed("expected an escape of JSON after the backslash");
        }
    }

    private char hexadecimal() {
        int unit = 0;
        for (int count = 0; count < 4; count++) {
            char letter = peek();
            // Character.digit alone would take the digits of other scripts too.
            int digit = letter < 128 ? Character.digit(letter, 16) : -1;
            if (digit < 0) {
                throw malformed("expected four hexadecimal digits");
            }
            unit = unit * 16 + digit;
            at++;
        }
        return (char) unit;
    }

    private Object literal(String word, Object value) {
        if (!text.startsWith(word, at)) {
            throw malformed("expected a value");
        }
        at += word.length();
        return value;
    }

    private Object number() {
        int begin = at;
        if (peek() == '-') {
            at++;
        }
        int first = at;
        if (peek() == '0') {
            at++;
        } else if (!digits()) {
            at = begin;
            throw malformed("expected a value");
        }
        int whole = at;
        fraction();
        String digits = text.substring(begin, at);
        if (at > whole) {
            return Double.valueOf(digits);
        }
        if (whole - first > MOST_DIGITS) {
            throw malformed("expected at most " + MOST_DIGITS + " digits");
        }
        return LargeNumber.whole(digits);
    }

    private void fraction() {
        if (peek() == '.') {
            at++;
            if (!digits()) {
                throw malformed("expected digits after the point");
            }
        }
        if (peek() == 'e' || peek() == 'E') {
            at++;
            if (peek() == '-' || peek() == '+') {
                at++;
            }
            if (!digits()) {
                throw malformed("expected digits of an exponent");
            }
        }
    }

    private boolean digits() {
        int begin = at;
        while (peek() >= '0' && peek() <= '9') {
            at++;
        }
        return at > begin;
    }

    private void skipBlanks() {
        while (peek() == ' ' || peek() == '\n' || peek() == '\r' || peek() == '\t') {
            at++;
        }
    }

    private void expect(char expected) {
        if (peek() != expected) {
            throw malformed("expected '" + expected + "'");
        }
        at++;
    }

    /** The character that comes next; a NUL, which no rule of JSON takes, behind the end. */
    private char peek() {
        return at < text.length() ? text.charAt(at) : '\0';
    }

    private BundleException malformed(String expected) {
        String found = at < text.length()
                ? "found " + Found.of(text.substring(at, Math.min(at + SHOWN, text.length())))
                : "found the end";
        return new BundleException(
                fileName + " is not valid JSON in UTF-8: " + expected + " at character " + at + ", " + found);
    }
}
