package edgepower.runtime.text;

import edgepower.runtime.InputException;

/** The tokens of a text or a pair in the order in which the model reads them, and which of them fit. */
final class Layout {
    private final Tokens[] sources;
    private final Template.Part[] parts;
    private final int size;
    /** Of each text, the part that stands for it: the last one, should a template name it twice. */
    private final int[] partOf = {-1, -1};

    Layout(Template.Part[] parts, Tokens... sources) {
        this.parts = parts;
        this.sources = sources;
        int count = 0;
        for (int index = 0; index < parts.length; index++) {
            count += size(parts[index]);
            if (parts[index].which >= 0) {
                partOf[parts[index].which] = index;
            }
        }
        size = count;
    }

    int size() {
        return size;
    }

    /** What is done with each token that stays. */
    interface Visitor {
        /**
         * A token of a template, which belongs to no text.
         *
         * @param part the template's part
         * @param index which of its tokens
         */
        void special(Template.Part part, int index);

        /**
         * A token of a text.
         *
         * @param part the template's part, which says which text
         * @param tokens the text's tokens
         * @param index which of them
         */
        void token(Template.Part part, Tokens tokens, int index);
    }

    /**
     * Goes through the tokens that stay when the longer text is cut until both fit (longest_first).
     *
     * @param maxLength the largest number of tokens
     * @param fromLeft whether a text that is cut keeps its end, else its beginning
     * @param visitor is told of each
     * @throws InputException the special tokens alone are too many
     */
    void visit(int maxLength, boolean fromLeft, Visitor visitor) {
        int[] kept = kept(maxLength);
        for (int index = 0; index < parts.length; index++) {
            Template.Part part = parts[index];
            if (part.which < 0) {
                for (int token = 0; token < part.ids.length; token++) {
                    visitor.special(part, token);
                }
                continue;
            }
            Tokens tokens = sources[part.which];
            int most = partOf[part.which] == index ? kept[part.which] : tokens.size;
            int from = fromLeft ? tokens.size - most : 0;
            for (int token = from; token < from + most; token++) {
                visitor.token(part, tokens, token);
            }
        }
    }

    /** How many tokens of each text stay. */
    private int[] kept(int maxLength) {
        int first = textSize(0);
        int second = textSize(1);
        if (size <= maxLength) {
            return new int[] {first, second};
        }
        int room = maxLength - (size - first - second);
        if (room < 0) {
            throw new InputException("the special tokens alone do not fit the length " + maxLength
                    + "; use a bundle with longer ones");
        }
        // The longer text gives words up first; when both are cut it has the odd one.
        int shorter = Math.min(Math.min(first, second), room / 2);
        return first > second ? new int[] {room - shorter, shorter} : new int[] {shorter, room - shorter};
    }

    private int textSize(int which) {
        return partOf[which] < 0 ? 0 : sources[which].size;
    }

    private int size(Template.Part part) {
        return part.which < 0 ? part.ids.length : sources[part.which].size;
    }
}
