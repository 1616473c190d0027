package edgepower.demo.state;

import edgepower.demo.model.Answer;
import edgepower.demo.model.Setup;

/** All that the screen shows; immutable, each method gives a changed copy. */
public final class ScreenState {
    static final ScreenState EMPTY = new ScreenState(false, false, "", null, null, ProfileState.NONE);

    /** Whether the bundle is being copied, checked and opened. */
    public final boolean opening;

    /** Whether a text is being classified, or the model switched. */
    public final boolean asking;

    /** What the user has to know; empty where there is nothing. */
    public final String notice;

    /** The model; null where there is none. */
    public final Setup setup;

    /** The last answer; null before the first. */
    public final Answer answer;

    /** The profile. */
    public final ProfileState profile;

    private ScreenState(boolean opening, boolean asking, String notice, Setup setup, Answer answer,
            ProfileState profile) {
        this.opening = opening;
        this.asking = asking;
        this.notice = notice;
        this.setup = setup;
        this.answer = answer;
        this.profile = profile;
    }

    ScreenState opening() {
        return new ScreenState(true, false, "", setup, answer, profile);
    }

    ScreenState opened(Setup found, String said) {
        return new ScreenState(false, false, said, found, answer, profile);
    }

    ScreenState asking() {
        return new ScreenState(opening, true, "", setup, answer, profile);
    }

    ScreenState told(String said) {
        return new ScreenState(opening, false, said, setup, answer, profile);
    }

    ScreenState answered(Answer found) {
        return new ScreenState(opening, false, "", found.setup, found, profile);
    }

    ScreenState profiled(ProfileState state) {
        return new ScreenState(opening, asking, notice, setup, answer, state);
    }

    /** Whether a text can be classified now. */
    public boolean isReady() {
        return setup != null && !opening && !profile.isRunning();
    }
}
