package edgepower.runtime.profiler.measure;

import edgepower.runtime.InputException;
import edgepower.runtime.Text;
import edgepower.runtime.text.TextEncoder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The texts of one case; all fall on its program. */
final class CaseTexts {
    /** One at least, to be taken in turn. */
    final List<Text> texts;

    /** Of the text, [CLS] and [SEP] included; the median where there are several. */
    final int numTokens;

    /** How many are the user's; 0 where it is the built-in text. */
    final int numTexts;

    private CaseTexts(List<Text> texts, int numTokens, int numTexts) {
        this.texts = texts;
        this.numTokens = numTokens;
        this.numTexts = numTexts;
    }

    /**
     * Chooses the texts of a case.
     *
     * @param encoder of the bundle
     * @param lengths of all programs of the case's budget; the longest cuts
     * @param length of the case's program
     * @param given the user's; the built-in text is taken where none of them falls on the program
     * @throws InputException no text falls on the program
     */
    static CaseTexts choose(TextEncoder encoder, List<Integer> lengths, int length, List<Text> given) {
        int shorter = 0;
        for (int other : lengths) {
            shorter = other < length ? Math.max(shorter, other) : shorter;
        }
        int longest = Collections.max(lengths);
        List<Text> falling = new ArrayList<Text>();
        List<Integer> counts = new ArrayList<Integer>();
        for (Text text : given) {
            int count = encoder.encode(text, longest).numTokens();
            if (shorter < count && count <= length) {
                falling.add(text);
                counts.add(count);
            }
        }
        if (!falling.isEmpty()) {
            Collections.sort(counts);
            return new CaseTexts(falling, counts.get((counts.size() - 1) / 2), falling.size());
        }
        Text text = Text.of(BuiltInText.ofLength(encoder, length));
        int numTokens = encoder.encode(text, longest).numTokens();
        if (numTokens <= shorter) {
            throw new InputException("the built-in text has " + numTokens
                    + " tokens at most, too few for the program of length " + length
                    + "; give texts that are long enough with `texts`");
        }
        return new CaseTexts(Collections.singletonList(text), numTokens, 0);
    }
}
