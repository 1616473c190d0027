package edgepower.demo.text;

import edgepower.demo.state.ProfileState;
import edgepower.runtime.profiler.ProfileRow;

/** A profile in words: how far it is, what came of it, and its rows. */
public final class ProfileText {
    private final Phrases phrases;
    private final Numbers numbers;

    /** Prepares to say it. */
    public ProfileText(Phrases phrases) {
        this.phrases = phrases;
        this.numbers = new Numbers(phrases.locale());
    }

    /** Where a profile stands; empty where nobody asked for one. */
    public String status(ProfileState state) {
        switch (state.phase) {
            case NONE:
                return "";
            case RUNNING:
                return state.what == null
                        ? phrases.say(Phrase.PROFILE_BEGINS)
                        : phrases.say(Phrase.PROFILE_STEP, state.done, state.total, state.what);
            case ENDING:
                return phrases.say(Phrase.PROFILE_ENDS);
            case DONE:
                return phrases.count(Plural.PROFILE_DONE, state.report.table().size());
            case CANCELLED:
                return phrases.say(Phrase.PROFILE_CANCELLED);
            case LEFT:
                return phrases.say(Phrase.PROFILE_LEFT);
            default:
                return phrases.say(Phrase.PROFILE_FAILED, state.fault);
        }
    }

    /** A row for a screen reader. */
    public String spoken(ProfileRow row) {
        return phrases.say(Phrase.PROFILE_ROW_SPOKEN, row.name, times(row));
    }

    /** How long a case took, and how much faster that is than what it is compared with. */
    public String times(ProfileRow row) {
        String times = phrases.say(
                Phrase.PROFILE_TIMES, numbers.measured(row.medianMs), numbers.measured(row.p90Ms));
        boolean compared = row.over != null && !Double.isNaN(row.speedUp);
        return compared
                ? times + " " + phrases.say(Phrase.PROFILE_SPEED_UP, numbers.measured(row.speedUp), row.over)
                : times;
    }
}
