package edgepower.runtime.text.normal;

import edgepower.runtime.text.unicode.LowerCase;

/** Makes capital letters small. */
final class Lowercase implements Normalizer {
    @Override
    public Chars normalize(Chars text) {
        Chars small = new Chars(text.size());
        for (int index = 0; index < text.size(); index++) {
            int point = text.point(index);
            small.add(LowerCase.of(point), text.begin(index), text.end(index));
            if (point == LowerCase.DOTTED_I) {
                small.add(LowerCase.DOT_ABOVE, text.begin(index), text.end(index));
            }
        }
        return small;
    }
}
