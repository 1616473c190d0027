package edgepower.demo.text;

import static org.junit.Assert.assertEquals;

import edgepower.demo.Repository;
import edgepower.demo.model.Answer;
import edgepower.demo.model.Model;
import edgepower.demo.words.WordRow;
import edgepower.runtime.Text;
import org.junit.Test;

/** The words that survive, as sentences; a bundle of the tests answers. */
public final class WordsTextTest {
    private final WordsText text = new WordsText(new XmlPhrases());

    @Test
    public void aRowIsSaidAsOne() {
        Answer answer = ask("fast", "Fine.");
        assertEquals("Text, 4 word pieces: Fine", text.spoken(answer.rows.get(0)));
        WordRow third = answer.rows.get(3);
        assertEquals("Encoder 3", text.name(third));
        // golden.json: of [CLS] fine . [SEP] the third encoder keeps 0, 3 and 1.
        assertEquals("3 of 4", text.count(third));
        assertEquals("Encoder 3, 3 of 4: Fine", text.spoken(third));
        assertEquals("Encoder 4, 1 of 4: no word of the text", text.spoken(answer.rows.get(4)));
    }

    @Test
    public void theLeadNamesWhatReachesTheLastEncoder() {
        assertEquals("These words reach the last encoder: Fine", text.lead(ask("fast", "Fine.")));
        assertEquals("This budget drops no word: all of them reach the last encoder.", text.lead(ask("full", "Fine.")));
        assertEquals("No word of the text reaches the last encoder.", text.lead(ask("fast", "...")));
    }

    @Test
    public void aLongListIsCut() {
        Answer answer = ask("fast", "a b c d e f g h i j k l m n");
        assertEquals("Text, 16 word pieces: a, b, c, d, e, f, g, h, i, j, k, l, and 2 more",
                text.spoken(answer.rows.get(0)));
    }

    private static Answer ask(String budget, String typed) {
        try (Model model = Model.open(Repository.file("tests/data/tiny-bundle"), null, budget)) {
            return model.ask(Text.of(typed));
        }
    }
}
