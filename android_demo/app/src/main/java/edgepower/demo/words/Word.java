package edgepower.demo.words;

import java.util.Collections;
import java.util.List;

/** A word of the text, or a special token; immutable. */
public final class Word {
    /** What {@link #part} is of a special token. */
    public static final int SPECIAL = -1;

    /** As the text has it; a special token's name. */
    public final String spelling;

    /** Positions of its tokens, rising. */
    public final List<Integer> pieces;

    /** 0 in the first text, 1 in the second of a pair, {@link #SPECIAL} for a special token. */
    public final int part;

    /** Whether something keeps it apart from the word before: white space, or a special token. */
    public final boolean spaced;

    Word(String spelling, List<Integer> pieces, int part, boolean spaced) {
        this.spelling = spelling;
        this.pieces = Collections.unmodifiableList(pieces);
        this.part = part;
        this.spaced = spaced;
    }
}
