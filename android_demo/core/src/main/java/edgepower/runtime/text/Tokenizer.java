package edgepower.runtime.text;

import edgepower.runtime.BundleException;
import edgepower.runtime.json.Json;
import edgepower.runtime.json.JsonNode;
import edgepower.runtime.text.normal.Chars;
import edgepower.runtime.text.normal.Normalizer;
import edgepower.runtime.text.normal.NormalizerReader;

/** Tokenizes one text by tokenizer.json, without the tokens that a template adds. Immutable. */
final class Tokenizer {
    static final String FILE = "tokenizer.json";

    final Template template;
    private final AddedVocabulary added;
    private final Normalizer normalizer;
    private final WordSplitter splitter;
    private final WordPiece model;
    private final boolean splitsSpecialTokens;

    /**
     * Reads tokenizer.json; padding and truncation settings in it are ignored, and its decoder.
     *
     * @throws BundleException it is malformed, or has a part that this library does not know
     */
    Tokenizer(byte[] json, boolean splitsSpecialTokens) {
        JsonNode root = Json.parse(json, FILE);
        this.splitsSpecialTokens = splitsSpecialTokens;
        model = WordPiece.read(root.get("model"));
        normalizer = NormalizerReader.read(root.optional("normalizer"));
        splitter = WordSplitter.read(root.optional("pre_tokenizer"));
        template = Template.read(root.optional("post_processor"));
        added = AddedVocabulary.read(root.get("added_tokens"), model, normalizer);
    }

    /** Tokenizes a text that has no lone surrogates. */
    Tokens tokenize(String text) {
        Run run = new Run();
        run.withSpelled(Chars.of(text));
        return run.tokens;
    }

    /** One text on its way. */
    private final class Run {
        private final Tokens tokens = new Tokens();
        private int words;

        /** Cuts out the added tokens that are spelled in the text as it is. */
        private void withSpelled(Chars text) {
            AddedTokens.Search search = new AddedTokens.Search();
            AddedTokens.Match match;
            while ((match = added.plain.next(text, search, splitsSpecialTokens)) != null) {
                normalized(text, search.begin, match.from);
                token(text, match);
                search.begin = match.to;
            }
            normalized(text, search.begin, text.size());
        }

        /** Normalises a part, and cuts out the added tokens that are spelled in what comes out. */
        private void normalized(Chars whole, int from, int to) {
            if (from >= to) {
                return;
            }
            boolean isWhole = from == 0 && to == whole.size();
            Chars text = normalizer.normalize(isWhole ? whole : whole.part(from, to));
            AddedTokens.Search search = new AddedTokens.Search();
            AddedTokens.Match match;
            while ((match = added.normalized.next(text, search, splitsSpecialTokens)) != null) {
                words(text, search.begin, match.from);
                token(text, match);
                search.begin = match.to;
            }
            words(text, search.begin, text.size());
        }

        private void words(Chars text, int from, int to) {
            int[] edges = splitter.split(text, from, to);
            for (int index = 0; index < edges.length; index += 2) {
                model.add(text, edges[index], edges[index + 1], words++, tokens);
            }
        }

        private void token(Chars text, AddedTokens.Match match) {
            if (match.from < match.to) {
                String piece = text.string(match.from, match.to);
                tokens.add(match.token.id, piece, words++, text.begin(match.from), text.end(match.to - 1));
            }
        }
    }
}
