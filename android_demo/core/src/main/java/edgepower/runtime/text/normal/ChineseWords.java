package edgepower.runtime.text.normal;

/** BERT's second step: Chinese characters become words of their own. Hiragana, Katakana and Hangul do not. */
final class ChineseWords implements Normalizer {
    /** Beginning and end of each range that BERT names; the library leaves out U+2B820 to U+2B91F. */
    private static final int[][] RANGES = {
        {0x3400, 0x4DBF},
        {0x4E00, 0x9FFF},
        {0xF900, 0xFAFF},
        {0x20000, 0x2A6DF},
        {0x2A700, 0x2B81F},
        {0x2B920, 0x2CEAF},
        {0x2F800, 0x2FA1F},
    };

    @Override
    public Chars normalize(Chars text) {
        int first = 0;
        while (first < text.size() && !isChinese(text.point(first))) {
            first++;
        }
        if (first == text.size()) {
            return text;
        }
        Chars spaced = new Chars(text.size() * 2);
        for (int index = 0; index < text.size(); index++) {
            boolean isWord = index >= first && isChinese(text.point(index));
            if (isWord) {
                spaced.add(' ', text.begin(index), text.end(index));
            }
            spaced.add(text.point(index), text.begin(index), text.end(index));
            if (isWord) {
                spaced.add(' ', text.begin(index), text.end(index));
            }
        }
        return spaced;
    }

    private static boolean isChinese(int point) {
        if (point < RANGES[0][0]) {
            return false;
        }
        for (int[] range : RANGES) {
            if (point >= range[0] && point <= range[1]) {
                return true;
            }
        }
        return false;
    }
}
