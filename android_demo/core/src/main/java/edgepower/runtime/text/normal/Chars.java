package edgepower.runtime.text.normal;

import java.util.Arrays;

/** Code points on their way from the text to the tokens; each knows which chars of the text it came from. */
public final class Chars {
    private int[] points;
    private int[] begins;
    private int[] ends;
    private int size;

    /**
     * Makes an empty one.
     *
     * @param room how many code points are expected
     */
    public Chars(int room) {
        points = new int[Math.max(room, 8)];
        begins = new int[points.length];
        ends = new int[points.length];
    }

    /**
     * Gives the code points of a text.
     *
     * @param text without lone surrogates
     * @return its code points, in order
     */
    public static Chars of(String text) {
        Chars chars = new Chars(text.length());
        int at = 0;
        while (at < text.length()) {
            int point = text.codePointAt(at);
            int next = at + Character.charCount(point);
            chars.add(point, at, next);
            at = next;
        }
        return chars;
    }

    /**
     * Adds a code point.
     *
     * @param point the code point
     * @param begin where in the text it came from
     * @param end where that ends
     */
    public void add(int point, int begin, int end) {
        if (size == points.length) {
            points = Arrays.copyOf(points, size * 2);
            begins = Arrays.copyOf(begins, size * 2);
            ends = Arrays.copyOf(ends, size * 2);
        }
        points[size] = point;
        begins[size] = begin;
        ends[size] = end;
        size++;
    }

    /**
     * Counts the code points.
     *
     * @return how many there are
     */
    public int size() {
        return size;
    }

    /**
     * Gives a code point.
     *
     * @param index which one
     * @return the code point
     */
    public int point(int index) {
        return points[index];
    }

    /**
     * Says where a code point came from.
     *
     * @param index which one
     * @return the first char of the text that it came from
     */
    public int begin(int index) {
        return begins[index];
    }

    /**
     * Says where a code point came from.
     *
     * @param index which one
     * @return the end of the chars that it came from
     */
    public int end(int index) {
        return ends[index];
    }

    /**
     * Gives a part.
     *
     * @param from the first code point
     * @param to the end, which is not part of it
     * @return a copy
     */
    public Chars part(int from, int to) {
        Chars part = new Chars(to - from);
        for (int index = from; index < to; index++) {
            part.add(points[index], begins[index], ends[index]);
        }
        return part;
    }

    /**
     * Gives a part as a string.
     *
     * @param from the first code point
     * @param to the end, which is not part of it
     * @return the string
     */
    public String string(int from, int to) {
        return new String(points, from, to - from);
    }

    /**
     * Gives the code points themselves, for what looks at many of them.
     *
     * @return the array that this works on; those past the size mean nothing
     */
    public int[] points() {
        return points;
    }
}
