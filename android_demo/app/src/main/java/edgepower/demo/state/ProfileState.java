package edgepower.demo.state;

import edgepower.runtime.profiler.ProfileReport;

/** How far a profile is, or what came of the last one; immutable. */
public final class ProfileState {
    /** No profile was asked for yet. */
    public static final ProfileState NONE = new ProfileState(Phase.NONE, null, 0, 0, null, null, null);

    /** Where a profile stands. */
    public enum Phase {
        /** Nothing was asked for. */
        NONE,
        /** It waits, or measures. */
        RUNNING,
        /** It was cancelled, and ends after the answer that is being timed. */
        ENDING,
        /** There is a report. */
        DONE,
        /** Its user cancelled it. */
        CANCELLED,
        /** It was cancelled since nobody looked at the app any more. */
        LEFT,
        /** It went wrong. */
        FAILED
    }

    /** Where it stands. */
    public final Phase phase;

    /** The step that runs, in the profiler's words; null before the first. */
    public final String what;

    /** Steps that are done. */
    public final int done;

    /** Steps at most; 0 before the first. */
    public final int total;

    /** What was measured; null where there is none. */
    public final ProfileReport report;

    /** The file of the report in the app's store, or of the one that another machine asked for; null without one. */
    public final String file;

    /** Why it failed, in one line; null where it did not. */
    public final String fault;

    private ProfileState(
            Phase phase, String what, int done, int total, ProfileReport report, String file, String fault) {
        this.phase = phase;
        this.what = what;
        this.done = done;
        this.total = total;
        this.report = report;
        this.file = file;
        this.fault = fault;
    }

    static ProfileState running(String what, int done, int total) {
        return new ProfileState(Phase.RUNNING, what, done, total, null, null, null);
    }

    static ProfileState done(ProfileReport report, String file) {
        return new ProfileState(Phase.DONE, null, 0, 0, report, file, null);
    }

    static ProfileState failed(String fault) {
        return new ProfileState(Phase.FAILED, null, 0, 0, null, null, fault);
    }

    static ProfileState ended(boolean left) {
        return new ProfileState(left ? Phase.LEFT : Phase.CANCELLED, null, 0, 0, null, null, null);
    }

    ProfileState ending() {
        return new ProfileState(Phase.ENDING, what, done, total, null, null, null);
    }

    /** Whether another one has to wait. */
    public boolean isRunning() {
        return phase == Phase.RUNNING || phase == Phase.ENDING;
    }
}
