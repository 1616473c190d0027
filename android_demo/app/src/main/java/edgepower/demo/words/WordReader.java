package edgepower.demo.words;

import edgepower.runtime.Text;
import edgepower.runtime.text.TextEncoder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Puts the word pieces of a text together to words, in the text's own spelling.
 *
 * <p>The tokenizer's word numbers and offsets decide. White space ends a word whatever the tokenizer says, and pieces
 * that share a character are of one word. A reader is used once.
 */
public final class WordReader {
    private final String[] texts;
    private final String[] tokens;
    private final int[][] places;
    private final List<Word> words = new ArrayList<Word>();
    private Span open;

    private WordReader(Text text, String[] tokens, int[][] places) {
        this.texts = new String[] {text.first, text.second};
        this.tokens = tokens;
        this.places = places;
    }

    /** A word that still grows. */
    private static final class Span {
        private final int part;
        private final int number;
        private final int start;
        private final boolean spaced;
        private final List<Integer> pieces = new ArrayList<Integer>();
        private int end;

        Span(int part, int number, int start, int end, boolean spaced) {
            this.part = part;
            this.number = number;
            this.start = start;
            this.end = end;
            this.spaced = spaced;
        }
    }

    /**
     * Reads a text.
     *
     * @param encoder cuts the text as the model does
     * @param text one text, or a pair
     * @param maxLength tokens that the model read
     * @return words in text order, special tokens among them; each token belongs to one
     * @throws edgepower.runtime.InputException it is no text that can be read
     */
    public static List<Word> read(TextEncoder encoder, Text text, int maxLength) {
        return new WordReader(text, encoder.tokens(text, maxLength), encoder.words(text, maxLength)).read();
    }

    private List<Word> read() {
        for (int position = 0; position < places.length; position++) {
            int part = places[position][0];
            if (part == Word.SPECIAL) {
                close();
                words.add(new Word(tokens[position], Collections.singletonList(position), part, true));
            } else {
                take(position, part);
            }
        }
        close();
        return words;
    }

    private void take(int position, int part) {
        String text = texts[part];
        int end = places[position][2];
        int start = places[position][1];
        while (start < end && Character.isWhitespace(text.charAt(start))) {
            start++;
        }
        while (start < end && Character.isWhitespace(text.charAt(end - 1))) {
            end--;
        }
        int number = places[position][3];
        Span before = open != null && open.part == part ? open : null;
        boolean spaced = before == null || hasSpace(text, before.end, start);
        if (before != null && (start < before.end || (number == before.number && !spaced))) {
            before.end = Math.max(before.end, end);
            before.pieces.add(position);
            return;
        }
        close();
        open = new Span(part, number, start, end, spaced);
        open.pieces.add(position);
    }

    private void close() {
        if (open == null) {
            return;
        }
        String spelling = texts[open.part].substring(open.start, open.end);
        if (spelling.isEmpty()) {
            // A piece may stand for white space alone; its token then says what it is.
            StringBuilder pieces = new StringBuilder();
            for (int piece : open.pieces) {
                pieces.append(tokens[piece]);
            }
            spelling = pieces.toString();
        }
        words.add(new Word(spelling, open.pieces, open.part, open.spaced));
        open = null;
    }

    private static boolean hasSpace(String text, int start, int end) {
        for (int at = start; at < end; at++) {
            if (Character.isWhitespace(text.charAt(at))) {
                return true;
            }
        }
        return false;
    }
}
