package edgepower.demo.text;

import java.util.Locale;

/** A sentence of the app; its words are the string of the same name in {@code res/values/strings.xml}. */
public enum Phrase {
    /** The app holds no bundle. */
    FAULT_NO_BUNDLE,
    /** The bundle does not fit; %1 what happened. */
    FAULT_NO_ROOM,
    /** An asset cannot be read; %1 what happened. */
    FAULT_UNREADABLE,
    /** The bundle cannot be used; %1 why. */
    FAULT_REFUSED,
    /** Put behind a fault where an earlier bundle goes on. */
    FAULT_KEPT,
    /** There is no text to classify. */
    TEXT_IS_EMPTY,
    /** A profile is running, and nothing else can. */
    PROFILE_IS_RUNNING,
    /** The model, %1 its name, %2 its family. */
    MODEL,
    /** No label is above the threshold; %1 the likeliest. */
    NO_LABEL,
    /** %1 budget, %2 precision, %3 milliseconds. */
    ANSWERED_BY_BUDGET,
    /** %1 tier, %2 cascade, %3 precision, %4 milliseconds. */
    ANSWERED_BY_TIER,
    /** A bar for a screen reader: %1 label, %2 probability. */
    BAR_SPOKEN,
    /** A tier that was asked and passed on: %1 name, %2 confidence, %3 milliseconds. */
    TIER_PASSED_ON,
    /** The tier that answered: %1 name, %2 confidence, %3 milliseconds. */
    TIER_ANSWERED,
    /** What reaches the last encoder: %1 words. */
    WORDS_REACH_LAST,
    /** Nothing of the text reaches the last encoder. */
    WORDS_NONE_REACH_LAST,
    /** The program drops no word. */
    WORDS_ALL_KEPT,
    /** A tier without encoders answered. */
    WORDS_NO_ENCODER,
    /** The name of the row of the text itself. */
    ROW_TEXT,
    /** The name of an encoder's row: %1 its number. */
    ROW_ENCODER,
    /** What an encoder keeps: %1 of %2. */
    ROW_KEPT,
    /** A row for a screen reader: %1 name, %2 what is kept, %3 words. */
    ROW_SPOKEN,
    /** No word is left in a row. */
    ROW_NO_WORDS,
    /** How far a profile is: %1 of %2, and %3 what it does. */
    PROFILE_STEP,
    /** A profile is about to begin. */
    PROFILE_BEGINS,
    /** A profile is being cancelled. */
    PROFILE_ENDS,
    /** A profile was cancelled by its user. */
    PROFILE_CANCELLED,
    /** A profile was cancelled since the app left the screen. */
    PROFILE_LEFT,
    /** A profile failed: %1 why. */
    PROFILE_FAILED,
    /** The times of a case: %1 median, %2 of nine in ten. */
    PROFILE_TIMES,
    /** The speed-up of a case: %1 times, %2 over what. */
    PROFILE_SPEED_UP,
    /** A case for a screen reader: %1 name, %2 times. */
    PROFILE_ROW_SPOKEN,
    /** The app has not enough memory. */
    NO_MEMORY,
    /** There is no folder to leave a report in. */
    PROFILE_NO_FOLDER;

    /** The name of its string among the app's resources. */
    public String resource() {
        return name().toLowerCase(Locale.ROOT);
    }
}
