package edgepower.runtime.text.normal;

import edgepower.runtime.text.unicode.Decomposition;
import edgepower.runtime.text.unicode.MarkOrder;
import java.util.Arrays;

/** NFD and NFKD: letters and their marks apart, marks in their order. */
final class TakenApart implements Normalizer {
    private final Decomposition decomposition;

    TakenApart(Decomposition decomposition) {
        this.decomposition = decomposition;
    }

    @Override
    public Chars normalize(Chars text) {
        int plain = 0;
        // Below U+00A0 nothing is taken apart and nothing is a mark: most texts end here.
        while (plain < text.size() && text.point(plain) < 0xA0) {
            plain++;
        }
        if (plain == text.size()) {
            return text;
        }
        Chars apart = new Chars(text.size() + 16);
        for (int index = 0; index < text.size(); index++) {
            add(text.point(index), text.begin(index), text.end(index), apart);
        }
        return ordered(apart);
    }

    private void add(int point, int begin, int end, Chars apart) {
        int syllable = point - Hangul.FIRST;
        if (syllable >= 0 && syllable < Hangul.COUNT) {
            apart.add(Hangul.LEAD + syllable / Hangul.PER_LEAD, begin, end);
            apart.add(Hangul.VOWEL + syllable % Hangul.PER_LEAD / Hangul.TAILS, begin, end);
            if (syllable % Hangul.TAILS > 0) {
                apart.add(Hangul.TAIL + syllable % Hangul.TAILS, begin, end);
            }
            return;
        }
        int[] parts = decomposition.of(point);
        if (parts == null) {
            apart.add(point, begin, end);
            return;
        }
        for (int part : parts) {
            apart.add(part, begin, end);
        }
    }

    private static Chars ordered(Chars text) {
        Chars ordered = new Chars(text.size());
        int at = 0;
        while (at < text.size()) {
            int end = at;
            boolean isOrdered = true;
            int before = 0;
            for (int place; end < text.size() && (place = MarkOrder.of(text.point(end))) > 0; end++) {
                isOrdered &= place >= before;
                before = place;
            }
            if (isOrdered) {
                copy(text, at, end, ordered);
            } else {
                sort(text, at, end, ordered);
            }
            if (end < text.size()) {
                copy(text, end, end + 1, ordered);
            }
            at = end + 1;
        }
        return ordered;
    }

    private static void copy(Chars text, int from, int to, Chars target) {
        for (int index = from; index < to; index++) {
            target.add(text.point(index), text.begin(index), text.end(index));
        }
    }

    /** Sorts marks by their places, and those of one place by where they stand; endless marks take no endless time. */
    private static void sort(Chars text, int from, int to, Chars target) {
        long[] keys = new long[to - from];
        for (int index = from; index < to; index++) {
            keys[index - from] = (long) MarkOrder.of(text.point(index)) << 32 | index;
        }
        Arrays.sort(keys);
        for (long key : keys) {
            copy(text, (int) key, (int) key + 1, target);
        }
    }
}
