package edgepower.runtime.text;

import java.util.Arrays;

/** The tokens of one text, without those that a template adds. */
final class Tokens {
    private static final int ROOM = 64;

    int[] ids = new int[ROOM];
    /** Which word of the text each token is a piece of. */
    int[] words = new int[ROOM];
    /** The chars of the text that each token stands for. */
    int[] begins = new int[ROOM];
    int[] ends = new int[ROOM];
    String[] pieces = new String[ROOM];
    int size;

    void add(int id, String piece, int word, int begin, int end) {
        if (size == ids.length) {
            int room = size * 2;
            ids = Arrays.copyOf(ids, room);
            words = Arrays.copyOf(words, room);
            begins = Arrays.copyOf(begins, room);
            ends = Arrays.copyOf(ends, room);
            pieces = Arrays.copyOf(pieces, room);
        }
        ids[size] = id;
        pieces[size] = piece;
        words[size] = word;
        begins[size] = begin;
        ends[size] = end;
        size++;
    }

    /** Forgets the tokens from a place on. */
    void cut(int newSize) {
        size = newSize;
    }
}
