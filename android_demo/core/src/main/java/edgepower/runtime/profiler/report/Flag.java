package edgepower.runtime.profiler.report;

/** A reason not to believe the figures (PROFILE.md section 4). */
public final class Flag {
    /** Such as {@code clock-changed}. */
    public final String kind;

    /** The case that it concerns; null where it concerns them all. */
    public final Case about;

    /** A sentence for people, with what was found and what would be well. */
    public final String reason;

    /** Makes one of its parts. */
    public Flag(String kind, Case about, String reason) {
        this.kind = kind;
        this.about = about;
        this.reason = reason;
    }
}
