package edgepower.runtime.text;

import edgepower.runtime.InputException;
import edgepower.runtime.Text;
import java.util.Arrays;
import java.util.Locale;

/**
 * Turns texts into token ids by a bundle's tokenizer.json, and cuts them. Thread-safe. BUNDLE.md, section 4.
 *
 * <p>It reads the WordPiece tokenizers of BERT, DistilBERT, ELECTRA and their like, and gives what the library
 * {@code tokenizers} gives, on every release of Android. Byte-level BPE and Unigram are refused by name.
 */
public final class TextEncoder {
    private final Tokenizer tokenizer;
    private final TokenizerEntry entry;
    private final byte[] json;

    private TextEncoder(Tokenizer tokenizer, TokenizerEntry entry, byte[] json) {
        this.tokenizer = tokenizer;
        this.entry = entry;
        this.json = json;
    }

    /**
     * Reads tokenizer.json.
     *
     * @param tokenizerJson the file's bytes
     * @param entry what the manifest adds
     * @return the encoder
     * @throws edgepower.runtime.BundleException it is malformed, or has a part that this library does not know
     */
    public static TextEncoder fromJson(byte[] tokenizerJson, TokenizerEntry entry) {
        byte[] json = tokenizerJson.clone();
        return new TextEncoder(new Tokenizer(json, entry.splitSpecialTokens), entry, json);
    }

    /**
     * Tokenizes a text or a pair and cuts it by longest_first.
     *
     * @param text one text, or a pair
     * @param maxLength the largest number of ids, [CLS] and [SEP] included
     * @return ids and type ids, without padding
     * @throws edgepower.runtime.InputException it holds a lone surrogate, or the special tokens alone are too many
     */
    public EncodedText encode(Text text, int maxLength) {
        Layout layout = layout(text);
        IdCollector collector = new IdCollector(Math.min(maxLength, layout.size()));
        layout.visit(maxLength, entry.leftTruncation, collector);
        return new EncodedText(collector.ids, collector.typeIds, layout.size() > maxLength);
    }

    /**
     * Counts the ids of a text or a pair, none of it cut.
     *
     * @param text one text, or a pair
     * @return how many ids it has, [CLS] and [SEP] included
     * @throws edgepower.runtime.InputException it holds a lone surrogate
     */
    public int count(Text text) {
        return layout(text).size();
    }

    /**
     * Gives the word pieces that {@link #encode} gives the ids of.
     *
     * @param text one text, or a pair
     * @param maxLength as for {@link #encode}
     * @return the pieces, such as {@code ##ing}
     * @throws edgepower.runtime.InputException as for {@link #encode}
     */
    public String[] tokens(Text text, int maxLength) {
        Layout layout = layout(text);
        PieceCollector collector = new PieceCollector(Math.min(maxLength, layout.size()));
        layout.visit(maxLength, entry.leftTruncation, collector);
        return collector.pieces;
    }

    /**
     * Says where each token that {@link #encode} keeps stands in the text, to show the words that survive.
     *
     * @param text one text, or a pair
     * @param maxLength as for {@link #encode}
     * @return per token {which, start, end, word}: which text, 0 or 1, or -1 for a special token; start and end in
     *     that text, in chars of Java; which word of that text the token is a piece of, or -1
     * @throws edgepower.runtime.InputException as for {@link #encode}
     */
    public int[][] words(Text text, int maxLength) {
        Layout layout = layout(text);
        PlaceCollector collector = new PlaceCollector(Math.min(maxLength, layout.size()));
        layout.visit(maxLength, entry.leftTruncation, collector);
        return collector.places;
    }

    /**
     * Says whether another encoder gives every text the same ids, as one made of the same file and entry.
     *
     * @param other another encoder, or null
     * @return whether they read alike
     */
    public boolean readsAs(TextEncoder other) {
        return other != null && (other == this || entry.equals(other.entry) && Arrays.equals(json, other.json));
    }

    private Layout layout(Text text) {
        Tokens first = tokenizer.tokenize(checked(text.first));
        if (text.second == null) {
            return new Layout(tokenizer.template.single, first);
        }
        return new Layout(tokenizer.template.pair, first, tokenizer.tokenize(checked(text.second)));
    }

    private static String checked(String text) {
        for (int at = 0, point; at < text.length(); at += Character.charCount(point)) {
            point = text.codePointAt(at);
            if (point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE) {
                String found = String.format(Locale.ROOT, "U+%04X at character %d", point, text.codePointCount(0, at));
                throw new InputException("the text holds a lone surrogate, " + found
                        + ", which is no text; decode it anew");
            }
        }
        return text;
    }

    private static final class IdCollector implements Layout.Visitor {
        final int[] ids;
        final int[] typeIds;
        private int size;

        IdCollector(int size) {
            ids = new int[Math.max(size, 0)];
            typeIds = new int[ids.length];
        }

        @Override
        public void special(Template.Part part, int index) {
            add(part.ids[index], part.typeId);
        }

        @Override
        public void token(Template.Part part, Tokens tokens, int index) {
            add(tokens.ids[index], part.typeId);
        }

        private void add(int id, int typeId) {
            ids[size] = id;
            typeIds[size++] = typeId;
        }
    }

    private static final class PieceCollector implements Layout.Visitor {
        final String[] pieces;
        private int size;

        PieceCollector(int size) {
            pieces = new String[Math.max(size, 0)];
        }

        @Override
        public void special(Template.Part part, int index) {
            pieces[size++] = part.pieces[index];
        }

        @Override
        public void token(Template.Part part, Tokens tokens, int index) {
            pieces[size++] = tokens.pieces[index];
        }
    }

    private static final class PlaceCollector implements Layout.Visitor {
        final int[][] places;
        private int size;

        PlaceCollector(int size) {
            places = new int[Math.max(size, 0)][];
        }

        @Override
        public void special(Template.Part part, int index) {
            places[size++] = new int[] {-1, 0, 0, -1};
        }

        @Override
        public void token(Template.Part part, Tokens tokens, int index) {
            int begin = tokens.begins[index];
            places[size++] = new int[] {part.which, begin, tokens.ends[index], tokens.words[index]};
        }
    }
}
