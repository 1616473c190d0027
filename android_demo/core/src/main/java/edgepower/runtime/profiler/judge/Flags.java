package edgepower.runtime.profiler.judge;

import edgepower.runtime.profiler.machine.Environment;
import edgepower.runtime.profiler.report.CaseResult;
import edgepower.runtime.profiler.report.Flag;
import edgepower.runtime.profiler.report.MixResult;
import edgepower.runtime.profiler.report.Settings;
import java.util.ArrayList;
import java.util.List;

/** Reasons not to believe a profile: what the machine and the samples themselves say against it. */
public final class Flags {
    private Flags() {}

    /**
     * Finds all reasons; none is found on a quiet machine that was given enough iterations.
     *
     * @param environment of the run, from before it and after it
     * @param results of its cases, one at least
     * @param mixes of the user's texts
     * @param settings what was asked for
     * @param mostTexts that are read of a list
     */
    public static List<Flag> find(
            Environment environment,
            List<CaseResult> results,
            List<MixResult> mixes,
            Settings settings,
            int mostTexts) {
        int threads = 1;
        for (CaseResult result : results) {
            threads = Math.max(threads, result.key.threads);
        }
        List<Flag> found = new ArrayList<Flag>(MachineFlags.find(environment, threads));
        SampleFlags samples = new SampleFlags(settings, mostTexts);
        found.addAll(samples.fewSamples(results));
        found.addAll(mixes.isEmpty() ? new ArrayList<Flag>() : samples.fewTexts(mixes));
        found.addAll(samples.wideSpreads(results));
        return found;
    }
}
