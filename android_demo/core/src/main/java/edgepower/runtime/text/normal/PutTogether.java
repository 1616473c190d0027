package edgepower.runtime.text.normal;

import edgepower.runtime.text.unicode.Composition;
import edgepower.runtime.text.unicode.MarkOrder;

/** What NFC and NFKC do after NFD and NFKD: letters and the marks behind them become one. */
final class PutTogether implements Normalizer {
    @Override
    public Chars normalize(Chars text) {
        int size = text.size();
        int[] points = new int[size];
        int[] sources = new int[size];
        int[] ends = new int[size];
        int kept = 0;
        int letter = -1;
        int before = 0;
        for (int index = 0; index < size; index++) {
            int point = text.point(index);
            int place = MarkOrder.of(point);
            // A mark reaches the letter unless one of its own place, or another letter, stands between.
            boolean reaches = letter >= 0 && (kept == letter + 1 || before > 0 && before < place);
            int composed = reaches ? composed(points[letter], point) : -1;
            if (composed >= 0) {
                points[letter] = composed; // which stands where the letter stood, as the library has it
                continue;
            }
            if (place == 0) {
                letter = kept;
            }
            before = place;
            points[kept] = point;
            sources[kept] = text.begin(index);
            ends[kept] = text.end(index);
            kept++;
        }
        Chars together = new Chars(kept);
        for (int index = 0; index < kept; index++) {
            together.add(points[index], sources[index], ends[index]);
        }
        return together;
    }

    private static int composed(int first, int second) {
        int syllable = Hangul.compose(first, second);
        return syllable >= 0 ? syllable : Composition.of(first, second);
    }
}
