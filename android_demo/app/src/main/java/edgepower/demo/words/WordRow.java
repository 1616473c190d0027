package edgepower.demo.words;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** What one encoder passes on, or the text itself; immutable. */
public final class WordRow {
    /** The encoder, counted from 1; 0 for the text itself. */
    public final int encoder;

    /** Word pieces that leave it. */
    public final int kept;

    /** Word pieces that the first encoder read. */
    public final int tokens;

    /** The words in text order. */
    public final List<Mark> marks;

    WordRow(int encoder, int kept, int tokens, List<Mark> marks) {
        this.encoder = encoder;
        this.kept = kept;
        this.tokens = tokens;
        this.marks = Collections.unmodifiableList(marks);
    }

    /** The words of the text that are alive in this row, in text order; special tokens and punctuation are left out. */
    public List<String> spoken() {
        List<String> words = new ArrayList<String>();
        for (Mark mark : marks) {
            boolean seen = mark.kind == Mark.Kind.ALIVE || mark.kind == Mark.Kind.WHOLE;
            if (seen && mark.part != Word.SPECIAL && hasLetter(mark.text)) {
                words.add(mark.text);
            }
        }
        return words;
    }

    /** Whether a screen reader would say it: letters and digits, or symbols such as emoji, but no punctuation. */
    private static boolean hasLetter(String text) {
        for (int at = 0; at < text.length(); at += Character.charCount(text.codePointAt(at))) {
            switch (Character.getType(text.codePointAt(at))) {
                case Character.CONNECTOR_PUNCTUATION:
                case Character.DASH_PUNCTUATION:
                case Character.START_PUNCTUATION:
                case Character.END_PUNCTUATION:
                case Character.INITIAL_QUOTE_PUNCTUATION:
                case Character.FINAL_QUOTE_PUNCTUATION:
                case Character.OTHER_PUNCTUATION:
                    break;
                default:
                    return true;
            }
        }
        return false;
    }
}
