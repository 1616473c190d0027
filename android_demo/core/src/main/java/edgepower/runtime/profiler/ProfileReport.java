package edgepower.runtime.profiler;

import edgepower.runtime.profiler.judge.Summary;
import edgepower.runtime.profiler.report.CaseResult;
import edgepower.runtime.profiler.report.Flag;
import edgepower.runtime.profiler.report.Report;
import edgepower.runtime.profiler.report.ReportWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** What a profile measured, by PROFILE.md version 3; immutable. */
public final class ProfileReport {
    private final Report report;
    private final List<ProfileRow> rows = new ArrayList<ProfileRow>();

    ProfileReport(Report report) {
        this.report = report;
        for (CaseResult result : report.results) {
            rows.add(row(result));
        }
    }

    /** The report with every sample, one line of JSON that ends with a line feed. */
    public String toJson() {
        return ReportWriter.write(report);
    }

    /** A row per case, in the order of the report. */
    public List<ProfileRow> table() {
        return Collections.unmodifiableList(rows);
    }

    /** Reasons not to believe the figures, a sentence each; empty on a quiet device that had time enough. */
    public List<String> doubts() {
        List<String> found = new ArrayList<String>();
        for (Flag flag : report.flags) {
            found.add(flag.about == null ? flag.reason : flag.about + ": " + flag.reason);
        }
        return found;
    }

    private ProfileRow row(CaseResult result) {
        Summary total = new Summary(result.totalMs(), result.rounds);
        CaseResult baseline = baseline(result);
        boolean isOther = baseline != result && total.median > 0;
        double speedUp = isOther ? Summary.median(baseline.totalMs()) / total.median : Double.NaN;
        return new ProfileRow(
                result.key.toString(),
                total.median,
                total.percentile(90),
                Summary.median(result.runMs()),
                speedUp,
                isOther ? baseline.key.budget : null);
    }

    /** The case with the most multiply-adds of those that differ by their budget alone; perhaps the case itself. */
    private CaseResult baseline(CaseResult result) {
        CaseResult found = null;
        for (CaseResult other : report.results) {
            boolean larger = found == null || other.program.macs > found.program.macs;
            found = other.key.isLike(result.key) && larger ? other : found;
        }
        return found;
    }
}
