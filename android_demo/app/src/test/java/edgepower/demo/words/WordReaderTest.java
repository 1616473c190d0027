package edgepower.demo.words;

import static org.junit.Assert.assertEquals;

import edgepower.demo.Repository;
import edgepower.runtime.Classifier;
import edgepower.runtime.Options;
import edgepower.runtime.Text;
import java.util.Arrays;
import java.util.List;
import org.junit.Test;

/** Pieces put together to the words of the text, in its own spelling. */
public final class WordReaderTest {
    @Test
    public void wordsKeepTheirSpellingAndTheirPieces() {
        List<Word> words = read(Text.of("Warm,  FILM"), 24);
        assertEquals(Arrays.asList("[CLS]", "Warm", ",", "FILM", "[SEP]"), spellings(words));
        assertEquals(false, words.get(2).spaced);
        assertEquals(true, words.get(3).spaced);
        assertEquals(Word.SPECIAL, words.get(0).part);
        assertEquals(0, words.get(1).part);
        int next = 0;
        for (Word word : words) {
            for (int piece : word.pieces) {
                assertEquals("each token belongs to one word", next++, piece);
            }
        }
    }

    @Test
    public void piecesOfOneWordAreOneWord() {
        List<Word> words = read(Text.of("good filmgoer"), 24);
        assertEquals(Arrays.asList("[CLS]", "good", "filmgoer", "[SEP]"), spellings(words));
    }

    @Test
    public void aPairHasTwoParts() {
        List<Word> words = read(Text.pair("good", "bad"), 24);
        assertEquals(Arrays.asList("[CLS]", "good", "[SEP]", "bad", "[SEP]"), spellings(words));
        assertEquals(1, words.get(3).part);
    }

    @Test
    public void whatIsCutIsNotRead() {
        assertEquals(Arrays.asList("[CLS]", "a", "film", "[SEP]"), spellings(read(Text.of("a film is good"), 4)));
    }

    @Test
    public void accentsAndEmojiKeepTheirPlace() {
        // A mark that the tokenizer takes away at the end of a word belongs to no piece, in Python too.
        assertEquals(Arrays.asList("[CLS]", "Fi\u0301lm", "Fílm", "film", "😀", "good", "[SEP]"),
                spellings(read(Text.of("Fi\u0301lm Fílm film\u0301 😀 good"), 24)));
    }

    private static List<Word> read(Text text, int maxLength) {
        try (Classifier tiny = Classifier.open(Repository.file("tests/data/tiny-bundle"), Options.DEFAULT)) {
            return WordReader.read(tiny.encoder(), text, maxLength);
        }
    }

    private static List<String> spellings(List<Word> words) {
        String[] spellings = new String[words.size()];
        for (int at = 0; at < spellings.length; at++) {
            spellings[at] = words.get(at).spelling;
        }
        return Arrays.asList(spellings);
    }
}
