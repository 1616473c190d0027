package edgepower.runtime.profiler.report;

import edgepower.runtime.profiler.machine.Environment;
import java.util.Collections;
import java.util.List;

/** The whole of a profile report (PROFILE.md section 1); immutable. */
public final class Report {
    /** UTC, ISO 8601. */
    public final String created;

    /** What was profiled. */
    public final BundleFacts bundle;

    /** How. */
    public final Settings settings;

    /** On what. */
    public final Environment environment;

    /** One per case, one at least. */
    public final List<CaseResult> results;

    /** Of the user's texts; empty for built-in ones. */
    public final List<MixResult> mixes;

    /** Reasons not to believe the figures. */
    public final List<Flag> flags;

    /** What was timed between the turns. */
    public final Reference reference;

    /** Puts the parts together. */
    public Report(
            String created,
            BundleFacts bundle,
            Settings settings,
            Environment environment,
            List<CaseResult> results,
            List<MixResult> mixes,
            List<Flag> flags,
            Reference reference) {
        this.created = created;
        this.bundle = bundle;
        this.settings = settings;
        this.environment = environment;
        this.results = Collections.unmodifiableList(results);
        this.mixes = Collections.unmodifiableList(mixes);
        this.flags = Collections.unmodifiableList(flags);
        this.reference = reference;
    }
}
