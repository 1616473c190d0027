package edgepower.runtime.text.normal;

import edgepower.runtime.text.unicode.CodePointSet;

/** Removes the code points of a set. */
final class Without implements Normalizer {
    private final CodePointSet removed;

    Without(CodePointSet removed) {
        this.removed = removed;
    }

    @Override
    public Chars normalize(Chars text) {
        int first = 0;
        while (first < text.size() && !removed.has(text.point(first))) {
            first++;
        }
        if (first == text.size()) {
            return text;
        }
        Chars left = new Chars(text.size());
        for (int index = 0; index < text.size(); index++) {
            if (index < first || !removed.has(text.point(index))) {
                left.add(text.point(index), text.begin(index), text.end(index));
            }
        }
        return left;
    }
}
