package edgepower.runtime.profiler.report;

import edgepower.runtime.bundle.Budget;
import edgepower.runtime.bundle.Bundle;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** What was profiled (PROFILE.md section 2). */
public final class BundleFacts {
    /** Of the model. */
    public final String name;

    /** The family, such as bert. */
    public final String architecture;

    /** Of bundle.json, which holds the digests of all other files. */
    public final String manifestSha256;

    final Map<String, double[]> schedules;

    /** Takes them from a bundle. */
    public BundleFacts(Bundle bundle) {
        name = bundle.manifest.name;
        architecture = bundle.manifest.architecture;
        manifestSha256 = bundle.manifestSha256;
        Map<String, double[]> found = new LinkedHashMap<String, double[]>();
        for (Budget budget : bundle.manifest.budgets) {
            found.put(budget.name, budget.schedule == null ? new double[0] : budget.schedule.fractions());
        }
        schedules = Collections.unmodifiableMap(found);
    }
}
