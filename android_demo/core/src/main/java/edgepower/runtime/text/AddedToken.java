package edgepower.runtime.text;

import edgepower.runtime.json.JsonNode;

/** A token that is looked for in the text itself, before words are. */
final class AddedToken {
    final int id;
    final String content;
    final boolean isSingleWord;
    final boolean takesLeftBlanks;
    final boolean takesRightBlanks;
    final boolean isNormalized;
    final boolean isSpecial;

    /**
     * Reads one.
     *
     * @param node an element of added_tokens
     * @param id the id that it has: the library goes by the vocabulary, not by the file's number
     */
    AddedToken(JsonNode node, int id) {
        this.id = id;
        content = node.get("content").string();
        isSingleWord = node.get("single_word").bool();
        takesLeftBlanks = node.get("lstrip").bool();
        takesRightBlanks = node.get("rstrip").bool();
        isNormalized = node.get("normalized").bool();
        isSpecial = node.get("special").bool();
    }
}
