package edgepower.demo.text;

import java.util.Locale;

/** A sentence that turns on a number; its words are the plural of the same name in {@code strings.xml}. */
public enum Plural {
    /** Word pieces that were read: %1 how many. */
    PIECES,
    /** Word pieces that were read by a program: %1 how many, %2 its length. */
    PIECES_AT_LENGTH,
    /** The text was cut: %1 word pieces were read. */
    TRUNCATED,
    /** Labels that have no bar: %1 how many. */
    MORE_LABELS,
    /** Words that are not named: %1 how many. */
    MORE_WORDS,
    /** A profile is done: %1 cases were measured. */
    PROFILE_DONE;

    /** The name of its plural among the app's resources. */
    public String resource() {
        return name().toLowerCase(Locale.ROOT);
    }
}
