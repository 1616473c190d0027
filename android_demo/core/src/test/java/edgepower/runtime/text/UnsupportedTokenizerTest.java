package edgepower.runtime.text;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import edgepower.runtime.EdgePowerException;
import edgepower.runtime.InputException;
import edgepower.runtime.Text;
import java.util.Random;
import org.junit.Test;

public final class UnsupportedTokenizerTest {
    private static final String PLACE = "tokenizer.json: ";

    @Test
    public void namesAnotherModel() {
        Tokenizers tokenizer = new Tokenizers();
        assertNull(tokenizer.refusal());
        tokenizer.type = "BPE";
        assertEquals(PLACE + "model.type must be WordPiece (this library reads the tokenizers of BERT, DistilBERT and "
                + "ELECTRA; for others take edge-power-runtime), found \"BPE\"", tokenizer.refusal());
        tokenizer.type = "Unigram";
        assertTrue(tokenizer.refusal(), tokenizer.refusal().endsWith("found \"Unigram\""));
    }

    @Test
    public void namesAnotherPart() {
        Tokenizers tokenizer = new Tokenizers();
        tokenizer.normalizer = "{\"type\":\"Precompiled\"}";
        assertEquals(PLACE + "normalizer.type must be a normalizer that this library knows (BertNormalizer, Lowercase, "
                + "NFC, NFD, NFKC, NFKD, Sequence or StripAccents), found \"Precompiled\"", tokenizer.refusal());
        tokenizer.normalizer = "{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"NFC\"},{\"type\":\"Replace\"}]}";
        String begin = PLACE + "normalizer.normalizers[1].type must be";
        assertTrue(tokenizer.refusal(), tokenizer.refusal().startsWith(begin));
        tokenizer.normalizer = Tokenizers.BERT;
        tokenizer.splitter = "{\"type\":\"ByteLevel\"}";
        assertEquals(PLACE + "pre_tokenizer.type must be a pre-tokenizer that this library knows (BertPreTokenizer, "
                + "Punctuation, Sequence, Whitespace or WhitespaceSplit), found \"ByteLevel\"", tokenizer.refusal());
        tokenizer.splitter = "{\"type\":\"Punctuation\",\"behavior\":\"Removed\"}";
        assertEquals(PLACE + "pre_tokenizer.behavior must be one of Isolated, found \"Removed\"", tokenizer.refusal());
        tokenizer.splitter = "null";
        tokenizer.template = "{\"type\":\"ByteLevel\"}";
        assertEquals(PLACE + "post_processor.type must be a post-processor that this library knows (BertProcessing, "
                + "RobertaProcessing or TemplateProcessing), found \"ByteLevel\"", tokenizer.refusal());
    }

    @Test
    public void refusesATemplateThatDoesNotFit() {
        Tokenizers tokenizer = new Tokenizers();
        String special = "\"special_tokens\":{\"x\":{\"id\":\"x\",\"ids\":[1,2],\"tokens\":[\"x\"]}}";
        tokenizer.template = template("{\"Sequence\":{\"id\":\"B\",\"type_id\":0}}", special);
        assertEquals(PLACE + "post_processor.single[0].Sequence.id must be A, as there is no second text, found \"B\"",
                tokenizer.refusal());
        tokenizer.template = template("{\"SpecialToken\":{\"id\":\"x\",\"type_id\":0}}", special);
        assertEquals(PLACE + "post_processor.special_tokens.x must be as many ids as tokens, found "
                + "{\"id\": \"x\", \"ids\": [1, 2], \"tokens\": [\"x\"]}", tokenizer.refusal());
        tokenizer.template = template("{\"SpecialToken\":{\"id\":\"y\",\"type_id\":0}}", special);
        assertEquals(PLACE + "post_processor.special_tokens.y is missing", tokenizer.refusal());
        tokenizer.template = "{\"type\":\"BertProcessing\",\"sep\":[\"[SEP]\"],\"cls\":[\"[CLS]\",2]}";
        String begin = PLACE + "post_processor.sep must be a token and its id";
        assertTrue(tokenizer.refusal(), tokenizer.refusal().startsWith(begin));
    }

    private static String template(String piece, String special) {
        return "{\"type\":\"TemplateProcessing\",\"single\":[" + piece + "],\"pair\":[]," + special + "}";
    }

    @Test
    public void refusesAnAddedTokenThatVanishes() {
        Tokenizers tokenizer = new Tokenizers();
        tokenizer.added = Tokenizers.added("\u0301", "normalized");
        assertEquals("tokenizer.json: nothing is left of the added token 23 when it is normalised; expected a "
                + "character; remove it from added_tokens", tokenizer.refusal());
        tokenizer.added = "{\"content\":\"a\"}";
        assertEquals(PLACE + "added_tokens[0].single_word is missing", tokenizer.refusal());
        tokenizer.added = Tokenizers.added("");
        assertNull(tokenizer.refusal());
    }

    @Test
    public void aDamagedTokenizerGivesNoOtherException() {
        Tokenizers tokenizer = new Tokenizers();
        tokenizer.added += "," + Tokenizers.added("Go", "normalized", "lstrip");
        byte[] whole = tokenizer.bytes();
        Random random = new Random(4);
        int refused = 0;
        for (int place = 0; place < whole.length; place++) {
            byte[] damaged = whole.clone();
            damaged[place] ^= 1 << random.nextInt(8);
            try {
                TextEncoder encoder = TextEncoder.fromJson(damaged, new TokenizerEntry(0, true, false, false));
                for (String text : new String[] {"A good film!", "unaffable [SEP] go\u0301 \u5b57 xyz", ""}) {
                    encoder.encode(Text.pair(text, "films"), 8);
                }
            } catch (EdgePowerException error) {
                boolean isPlace = error.getMessage().startsWith("tokenizer.json");
                assertTrue(error.getMessage(), isPlace || error instanceof InputException);
                refused++;
            }
        }
        assertTrue("of " + whole.length + " only " + refused, refused > whole.length / 4);
    }
}
