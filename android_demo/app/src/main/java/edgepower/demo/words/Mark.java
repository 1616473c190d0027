package edgepower.demo.words;

/** A word as one row shows it; immutable. */
public final class Mark {
    /** What a row does with a word. */
    public enum Kind {
        /** It stands in the row of the text itself. */
        WHOLE,
        /** The encoder passes it on. */
        ALIVE,
        /** It was dropped, here or before. */
        DROPPED,
        /** Words that were dropped before, left out of the row of a long text. */
        LEFT_OUT
    }

    /** What the row does with it. */
    public final Kind kind;

    /** The word, cut where it is too long for a screen. */
    public final String text;

    /** As {@link Word#part}. */
    public final int part;

    /** Whether a blank stands before it. */
    public final boolean spaced;

    /** Whether it begins the second text of a pair, which gets lines of its own. */
    public final boolean beginsSecond;

    Mark(Kind kind, String text, int part, boolean spaced, boolean beginsSecond) {
        this.kind = kind;
        this.text = text;
        this.part = part;
        this.spaced = spaced;
        this.beginsSecond = beginsSecond;
    }
}
