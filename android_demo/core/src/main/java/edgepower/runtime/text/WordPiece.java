package edgepower.runtime.text;

import edgepower.runtime.BundleException;
import edgepower.runtime.json.JsonNode;
import edgepower.runtime.text.normal.Chars;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The model of tokenizer.json: words are taken apart into the longest pieces that the vocabulary has. */
final class WordPiece {
    private static final String FIX =
            "this library reads the tokenizers of BERT, DistilBERT and ELECTRA; for others take edge-power-runtime";

    private final Map<String, Integer> vocabulary;
    private final List<String> pieces;
    /** What a word may begin with, and what it may go on with; values are places in {@code pieces}. */
    private final PieceTable beginnings;
    private final PieceTable continuations;
    private final int[] ids;
    private final String unknown;
    private final long longestWord;

    private WordPiece(Map<String, Integer> vocabulary, String prefix, String unknown, long longestWord) {
        this.vocabulary = vocabulary;
        this.unknown = unknown;
        this.longestWord = longestWord;
        pieces = new ArrayList<String>(vocabulary.keySet());
        ids = new int[pieces.size()];
        List<Integer> places = new ArrayList<Integer>();
        List<String> rests = new ArrayList<String>();
        List<Integer> restPlaces = new ArrayList<Integer>();
        for (int place = 0; place < ids.length; place++) {
            String piece = pieces.get(place);
            ids[place] = vocabulary.get(piece);
            places.add(place);
            if (piece.startsWith(prefix)) {
                rests.add(piece.substring(prefix.length()));
                restPlaces.add(place);
            }
        }
        beginnings = new PieceTable(pieces, places);
        continuations = new PieceTable(rests, restPlaces);
    }

    /**
     * Reads the model.
     *
     * @throws BundleException it is another kind of model, which the message names, or malformed
     */
    static WordPiece read(JsonNode model) {
        JsonNode type = model.get("type");
        if (!type.string().equals("WordPiece")) {
            throw type.wrong("WordPiece (" + FIX + ")");
        }
        JsonNode entries = model.get("vocab");
        List<String> keys = entries.keys();
        Map<String, Integer> vocabulary = new HashMap<String, Integer>(keys.size() * 2);
        for (String key : keys) {
            vocabulary.put(key, (int) entries.get(key).integer(0, Integer.MAX_VALUE));
        }
        return new WordPiece(
                vocabulary,
                model.get("continuing_subword_prefix").string(),
                model.get("unk_token").string(),
                model.get("max_input_chars_per_word").integer(0, JsonNode.LARGEST));
    }

    /** Gives the id of a piece; null where the vocabulary lacks it. */
    Integer id(String piece) {
        return vocabulary.get(piece);
    }

    /** Counts the pieces. */
    int size() {
        return ids.length;
    }

    /**
     * Takes a word apart; one that cannot be, or that is too long, becomes the token for unknown words.
     *
     * @throws BundleException there is no such token in the vocabulary
     */
    void add(Chars text, int from, int to, int word, Tokens tokens) {
        int before = tokens.size;
        if (to - from <= longestWord && pieces(text, from, to, word, tokens)) {
            return;
        }
        tokens.cut(before);
        Integer id = vocabulary.get(unknown);
        if (id == null) {
            throw new BundleException("tokenizer.json fails on this text: its vocabulary lacks the token for unknown "
                    + "words; mend it, or leave the text out");
        }
        tokens.add(id, unknown, word, text.begin(from), text.end(to - 1));
    }

    private boolean pieces(Chars text, int from, int to, int word, Tokens tokens) {
        int[] found = new int[2];
        PieceTable table = beginnings;
        for (int at = from; at < to; at = found[1]) {
            if (!table.longest(text.points(), at, to, found)) {
                return false;
            }
            int place = found[0];
            tokens.add(ids[place], pieces.get(place), word, text.begin(at), text.end(found[1] - 1));
            table = continuations;
        }
        return true;
    }
}
