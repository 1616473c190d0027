package edgepower.runtime.text;

import static org.junit.Assert.assertArrayEquals;

import edgepower.runtime.Text;
import org.junit.Test;

public final class TemplateTest {
    @Test
    public void aTemplateMayNameATextTwice() {
        Tokenizers tokenizer = new Tokenizers();
        String first = "{\"Sequence\":{\"id\":\"A\",\"type_id\":7}}";
        String token = "{\"SpecialToken\":{\"id\":\"x\",\"type_id\":1}}";
        String special = "{\"x\":{\"id\":\"x\",\"ids\":[8,9],\"tokens\":[\"p\",\"q\"]}}";
        tokenizer.template = "{\"type\":\"TemplateProcessing\",\"single\":[" + first + "," + token + "," + first
                + "],\"pair\":[" + token + "],\"special_tokens\":" + special + "}";
        TextEncoder encoder = tokenizer.encoder();
        EncodedText encoded = encoder.encode(Text.of("a b"), 5);
        // As in the library, only the last of the two counts as the text; the other is not cut.
        assertArrayEquals(new int[] {4, 11, 8, 9, 4}, encoded.ids);
        assertArrayEquals(new int[] {7, 7, 1, 1, 7}, encoded.typeIds);
        assertArrayEquals(new String[] {"a", "b", "p", "q", "a"}, encoder.tokens(Text.of("a b"), 5));
        assertArrayEquals(new int[] {8, 9}, encoder.encode(Text.pair("a", "b"), 5).ids);
    }

    @Test
    public void robertasPairsHaveNoTypes() {
        Tokenizers tokenizer = new Tokenizers();
        tokenizer.template = "{\"type\":\"RobertaProcessing\",\"sep\":[\"[SEP]\",3],\"cls\":[\"[CLS]\",2]}";
        EncodedText pair = tokenizer.encoder().encode(Text.pair("a", "b"), 64);
        assertArrayEquals(new int[] {2, 4, 3, 3, 11, 3}, pair.ids);
        assertArrayEquals(new int[6], pair.typeIds);
    }

    @Test
    public void withoutATemplateTextsStandAlone() {
        Tokenizers tokenizer = new Tokenizers();
        tokenizer.template = "null";
        EncodedText pair = tokenizer.encoder().encode(Text.pair("a", "b"), 64);
        assertArrayEquals(new int[] {4, 11}, pair.ids);
        assertArrayEquals(new int[] {0, 1}, pair.typeIds);
        assertArrayEquals(new int[0], tokenizer.encoder().encode(Text.of(""), 64).ids);
    }
}
