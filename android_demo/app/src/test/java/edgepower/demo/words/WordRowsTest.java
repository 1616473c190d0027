package edgepower.demo.words;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.Test;

/** Rows thin out as words are dropped. */
public final class WordRowsTest {
    private static final List<Word> WORDS = Arrays.asList(
            new Word("[CLS]", Arrays.asList(0), Word.SPECIAL, true),
            new Word("unlikely", Arrays.asList(1, 2), 0, true),
            new Word("!", Arrays.asList(3), 0, false),
            new Word("[SEP]", Arrays.asList(4), Word.SPECIAL, true));

    @Test
    public void aWordSurvivesWhileAnyOfItsPiecesDoes() {
        List<WordRow> rows = rows(WORDS, new int[] {0, 2, 3}, new int[] {0, 3}, new int[] {0});
        assertEquals("WHOLE [CLS]|WHOLE unlikely|WHOLE !|WHOLE [SEP]", said(rows.get(0)));
        assertEquals("ALIVE [CLS]|ALIVE unlikely|ALIVE !|DROPPED [SEP]", said(rows.get(1)));
        assertEquals("ALIVE [CLS]|DROPPED unlikely|ALIVE !|DROPPED [SEP]", said(rows.get(2)));
        assertEquals("ALIVE [CLS]|DROPPED unlikely|DROPPED !|DROPPED [SEP]", said(rows.get(3)));
        assertEquals(0, rows.get(0).encoder);
        assertEquals(3, rows.get(1).kept);
        assertEquals(5, rows.get(1).tokens);
    }

    @Test
    public void aScreenReaderHearsWordsAndNoPunctuation() {
        List<WordRow> rows = rows(WORDS, new int[] {0, 2, 3}, new int[] {0, 3}, new int[] {0});
        assertEquals(Arrays.asList("unlikely"), rows.get(1).spoken());
        assertEquals(Collections.emptyList(), rows.get(2).spoken());
        List<Word> emoji = Arrays.asList(new Word("😀", Arrays.asList(0), 0, true));
        assertEquals(Arrays.asList("😀"), rows(emoji, new int[] {0}).get(0).spoken());
    }

    @Test
    public void whatHasNoSpaceBeforeItIsDrawnTight() {
        List<Mark> marks = rows(WORDS, new int[] {0}).get(0).marks;
        assertEquals(false, marks.get(0).spaced);
        assertEquals(true, marks.get(1).spaced);
        assertEquals(false, marks.get(2).spaced);
    }

    @Test
    public void theSecondTextBeginsALine() {
        List<Word> pair = Arrays.asList(
                new Word("a", Arrays.asList(0), 0, true),
                new Word("[SEP]", Arrays.asList(1), Word.SPECIAL, true),
                new Word("b", Arrays.asList(2), 1, true),
                new Word("c", Arrays.asList(3), 1, true));
        List<Mark> marks = rows(pair, new int[] {0}).get(0).marks;
        assertEquals(false, marks.get(1).beginsSecond);
        assertEquals(true, marks.get(2).beginsSecond);
        assertEquals(false, marks.get(3).beginsSecond);
    }

    @Test
    public void aLongTextLeavesOutWhatWasDroppedBefore() {
        List<Word> words = new ArrayList<Word>();
        for (int at = 0; at < 200; at++) {
            words.add(new Word("word" + at, Arrays.asList(at), 0, true));
        }
        List<WordRow> rows = rows(words, new int[] {0, 100}, new int[] {0, 100}, new int[] {0});
        assertEquals("a word stays in the row in which it is dropped", 200, rows.get(1).marks.size());
        assertEquals("ALIVE word0|LEFT_OUT ·|ALIVE word100|LEFT_OUT ·", said(rows.get(2)));
        assertEquals("ALIVE word0|LEFT_OUT ·|DROPPED word100|LEFT_OUT ·", said(rows.get(3)));
    }

    @Test
    public void anEndlessWordIsCutBetweenCharacters() {
        StringBuilder endless = new StringBuilder("a");
        for (int at = 0; at < 500; at++) {
            endless.append("😀");
        }
        List<Word> words = Arrays.asList(new Word(endless.toString(), Arrays.asList(0), 0, true));
        String shown = rows(words, new int[] {0}).get(0).marks.get(0).text;
        assertEquals(60, shown.length());
        assertTrue(shown, shown.endsWith("😀…"));
    }

    @Test
    public void noEncoderNoRows() {
        assertEquals(Collections.emptyList(), rows(WORDS));
    }

    private static List<WordRow> rows(List<Word> words, int[]... stages) {
        return WordRows.of(words, 5, Arrays.asList(stages));
    }

    private static String said(WordRow row) {
        StringBuilder text = new StringBuilder();
        for (Mark mark : row.marks) {
            text.append(text.length() == 0 ? "" : "|").append(mark.kind).append(' ').append(mark.text);
        }
        return text.toString();
    }
}
