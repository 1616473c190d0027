package edgepower.runtime.text.normal;

import edgepower.runtime.text.unicode.CodePointSet;

/** BERT's first step: controls go, and whatever parts words becomes a blank. */
final class CleanText implements Normalizer {
    @Override
    public Chars normalize(Chars text) {
        Chars clean = new Chars(text.size());
        for (int index = 0; index < text.size(); index++) {
            int point = text.point(index);
            if (!CodePointSet.UNCLEAN.has(point)) {
                int kept = CodePointSet.WHITE_SPACE.has(point) ? ' ' : point;
                clean.add(kept, text.begin(index), text.end(index));
            }
        }
        return clean;
    }
}
