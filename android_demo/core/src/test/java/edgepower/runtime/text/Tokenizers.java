package edgepower.runtime.text;

import edgepower.runtime.EdgePowerException;
import java.nio.charset.Charset;
import java.util.Arrays;

/** Makes tokenizer.json of parts, for tests. */
final class Tokenizers {
    static final String BERT = "{\"type\":\"BertNormalizer\",\"clean_text\":true,\"handle_chinese_chars\":true,"
            + "\"strip_accents\":null,\"lowercase\":true}";
    static final String TEMPLATE = "{\"type\":\"BertProcessing\",\"sep\":[\"[SEP]\",3],\"cls\":[\"[CLS]\",2]}";
    /** Their ids are their places. */
    private static final String[] VOCABULARY = {
        "[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "good", "film", "##s", "##ing", "!", "\u5b57", "b", "##", "i\u0307",
        "un", "##aff", "##able", "G", "\u00e9", "e", "\ud83d\ude00", "##\ud83d\ude00", "br",
    };

    String normalizer = BERT;
    String splitter = "{\"type\":\"BertPreTokenizer\"}";
    String template = TEMPLATE;
    String added = special("[CLS]") + "," + special("[SEP]");
    String type = "WordPiece";
    String unknown = "[UNK]";
    boolean leftTruncation;
    boolean splitSpecialTokens;

    TextEncoder encoder() {
        return TextEncoder.fromJson(bytes(), new TokenizerEntry(0, true, leftTruncation, splitSpecialTokens));
    }

    byte[] bytes() {
        StringBuilder vocabulary = new StringBuilder();
        for (int id = 0; id < VOCABULARY.length; id++) {
            vocabulary.append(id == 0 ? "" : ",").append('"').append(VOCABULARY[id]).append("\":").append(id);
        }
        String model = "{\"type\":\"" + type + "\",\"unk_token\":\"" + unknown + "\","
                + "\"continuing_subword_prefix\":\"##\",\"max_input_chars_per_word\":10,"
                + "\"vocab\":{" + vocabulary + "}}";
        String json = "{\"added_tokens\":[" + added + "],\"normalizer\":" + normalizer
                + ",\"pre_tokenizer\":" + splitter + ",\"post_processor\":" + template + ",\"model\":" + model + "}";
        return json.getBytes(Charset.forName("UTF-8"));
    }

    static String special(String content) {
        return added(content, "special");
    }

    /** An added token with the flags that are named. */
    static String added(String content, String... flags) {
        StringBuilder token = new StringBuilder("{\"id\":99,\"content\":\"" + content + "\"");
        for (String name : new String[] {"single_word", "lstrip", "rstrip", "normalized", "special"}) {
            token.append(",\"").append(name).append("\":").append(Arrays.asList(flags).contains(name));
        }
        return token.append('}').toString();
    }

    /** What is said where the tokenizer is refused; null where it is not. */
    String refusal() {
        try {
            encoder();
            return null;
        } catch (EdgePowerException error) {
            return error.getMessage();
        }
    }
}
