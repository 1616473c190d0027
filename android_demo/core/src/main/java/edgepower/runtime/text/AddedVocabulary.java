package edgepower.runtime.text;

import edgepower.runtime.BundleException;
import edgepower.runtime.json.JsonNode;
import edgepower.runtime.text.normal.Chars;
import edgepower.runtime.text.normal.Normalizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The added tokens of tokenizer.json: those that are spelled in the text itself, and those in the normalised one. */
final class AddedVocabulary {
    final AddedTokens plain;
    final AddedTokens normalized;

    private AddedVocabulary(AddedTokens plain, AddedTokens normalized) {
        this.plain = plain;
        this.normalized = normalized;
    }

    /**
     * Reads added_tokens.
     *
     * @throws BundleException one is malformed, or nothing is left of it when it is normalised
     */
    static AddedVocabulary read(JsonNode nodes, WordPiece model, Normalizer normalizer) {
        Map<String, Integer> ids = new HashMap<String, Integer>();
        List<AddedToken> special = new ArrayList<AddedToken>();
        List<AddedToken> others = new ArrayList<AddedToken>();
        // Two entries may share an id; flags are then those of the last one.
        Map<Integer, AddedToken> byId = new LinkedHashMap<Integer, AddedToken>();
        int largest = -1;
        for (JsonNode node : nodes.items()) {
            String content = node.get("content").string();
            Integer known = ids.containsKey(content) ? ids.get(content) : model.id(content);
            AddedToken token = new AddedToken(node, known == null ? Math.max(largest + 1, model.size()) : known);
            if (content.isEmpty()) {
                continue;
            }
            ids.put(content, token.id);
            largest = Math.max(largest, token.id);
            byId.put(token.id, token);
            (token.isSpecial ? special : others).add(token);
        }
        special.addAll(others);
        Map<String, Integer> plain = new LinkedHashMap<String, Integer>();
        Map<String, Integer> normalized = new LinkedHashMap<String, Integer>();
        List<AddedToken> tokens = new ArrayList<AddedToken>();
        for (AddedToken token : special) {
            Map<String, Integer> spellings = token.isNormalized ? normalized : plain;
            String spelling = token.isNormalized ? normalized(token, normalizer) : token.content;
            // Of two that are spelled alike the first is found.
            if (!spellings.containsKey(spelling)) {
                spellings.put(spelling, tokens.size());
                tokens.add(byId.get(token.id));
            }
        }
        return new AddedVocabulary(of(tokens, plain), of(tokens, normalized));
    }

    private static AddedTokens of(List<AddedToken> tokens, Map<String, Integer> spellings) {
        List<String> keys = new ArrayList<String>(spellings.keySet());
        return new AddedTokens(tokens, keys, new ArrayList<Integer>(spellings.values()));
    }

    private static String normalized(AddedToken token, Normalizer normalizer) {
        Chars spelling = normalizer.normalize(Chars.of(token.content));
        if (spelling.size() == 0) {
            throw new BundleException("tokenizer.json: nothing is left of the added token " + token.id
                    + " when it is normalised; expected a character; remove it from added_tokens");
        }
        return spelling.string(0, spelling.size());
    }
}
