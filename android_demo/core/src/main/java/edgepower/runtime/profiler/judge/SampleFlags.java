package edgepower.runtime.profiler.judge;

import edgepower.runtime.profiler.report.CaseResult;
import edgepower.runtime.profiler.report.Figures;
import edgepower.runtime.profiler.report.Flag;
import edgepower.runtime.profiler.report.MixResult;
import edgepower.runtime.profiler.report.Settings;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** What the samples themselves say against a profile: too few of them, or a median that is not sure. */
final class SampleFlags {
    // Of the median that its 95 % interval may reach to each side.
    private static final double WIDEST_SPREAD = 0.05;
    // The extremes of n samples enclose the median with 1 - 2 / 2^n, from 6 on in 95 %.
    private static final int LEAST_SAMPLES = 6;
    // What a clock and a virtual machine add to an answer differs by as much from one to the next.
    private static final double FINEST_MS = 0.02;
    private static final String MORE_TIME = "--max-seconds ended the run: allow more";

    private final Settings settings;
    private final int mostTexts;

    /**
     * Judges by what was asked for.
     *
     * @param mostTexts that are read of a list
     */
    SampleFlags(Settings settings, int mostTexts) {
        this.settings = settings;
        this.mostTexts = mostTexts;
    }

    /** How many samples a percentile needs: enough that one is expected beyond it. */
    static int samplesNeeded(double percentile) {
        double tail = Math.min(percentile, 100 - percentile);
        // 100 - 99.9 is a little off in binary, and must not ask for one sample more.
        return tail > 0 ? Math.max(LEAST_SAMPLES, (int) Math.ceil(100 / tail - 1e-6)) : LEAST_SAMPLES;
    }

    List<Flag> fewSamples(List<CaseResult> results) {
        List<Flag> found = new ArrayList<Flag>();
        CaseResult least = results.get(0);
        for (CaseResult result : results) {
            least = result.numSamples() < least.numSamples() ? result : least;
            if (!tooFew(result.numSamples()).isEmpty()) {
                found.add(new Flag("few-samples", result.key, fewSamplesReason(result.numSamples(), "")));
            }
        }
        if (found.size() > 1 && found.size() == results.size()) {
            // All of them: the run was too short, and one sentence says so.
            String reason = fewSamplesReason(least.numSamples(), "as few as ");
            return Collections.singletonList(new Flag("few-samples", null, reason));
        }
        return found;
    }

    /** Looks at the mixes; all answer the same texts, so the one with the fewest speaks for them. */
    List<Flag> fewTexts(List<MixResult> mixes) {
        int least = Integer.MAX_VALUE;
        for (MixResult mix : mixes) {
            least = Math.min(least, mix.size());
        }
        List<Double> unmet = tooFew(least);
        if (unmet.isEmpty()) {
            return Collections.emptyList();
        }
        int needed = mostNeeded(unmet);
        String advice = "give " + needed + " texts or more";
        if (needed > mostTexts) {
            advice = "no more than " + Figures.count(mostTexts, "text") + " are read: leave p"
                    + Figures.plain(hardest(unmet)) + " out";
        } else if (settings.numTexts >= needed) {
            advice = MORE_TIME;
        }
        String reason = "the mix has " + Figures.count(least, "sample") + ", one a text, for " + need(unmet) + "; " + advice;
        return Collections.singletonList(new Flag("few-samples", null, reason));
    }

    List<Flag> wideSpreads(List<CaseResult> results) {
        List<Flag> found = new ArrayList<Flag>();
        Worst worst = new Worst();
        for (CaseResult result : results) {
            Summary summary = new Summary(result.totalMs(), result.rounds);
            if (reachMs(summary) > Math.max(WIDEST_SPREAD * summary.median, FINEST_MS)) {
                found.add(new Flag("wide-spread", result.key, wideSpreadReason(summary)));
                worst.offer(result, summary);
            }
        }
        if (found.size() > 1 && found.size() == results.size()) {
            String reason = "no case's median is sure; the worst is " + worst.result.key + ", where "
                    + wideSpreadReason(worst.summary);
            return Collections.singletonList(new Flag("wide-spread", null, reason));
        }
        return found;
    }

    /** The case whose median is least sure, so far. */
    private static final class Worst {
        private CaseResult result;
        private Summary summary;
        private double reach;

        void offer(CaseResult offered, Summary its) {
            double part = reachMs(its) / Math.max(its.median, FINEST_MS);
            if (part > reach) {
                reach = part;
                result = offered;
                summary = its;
            }
        }
    }

    private List<Double> tooFew(int samples) {
        List<Double> unmet = new ArrayList<Double>();
        for (double percent : settings.percentiles) {
            if (samples < samplesNeeded(percent)) {
                unmet.add(percent);
            }
        }
        Collections.sort(unmet);
        return unmet;
    }

    private String fewSamplesReason(int samples, String before) {
        List<Double> unmet = tooFew(samples);
        int needed = mostNeeded(unmet);
        boolean stopped = !Double.isNaN(settings.maxSeconds) && settings.iterations >= needed;
        String advice = stopped ? MORE_TIME : "ask for --iterations " + needed + " or more";
        return before + Figures.count(samples, "sample") + " for " + need(unmet) + "; " + advice;
    }

    private static String need(List<Double> unmet) {
        StringBuilder names = new StringBuilder();
        for (double percent : unmet) {
            names.append(names.length() == 0 ? "p" : ", p").append(Figures.plain(percent));
        }
        return names + ", which need" + (unmet.size() == 1 ? "s " : " ") + mostNeeded(unmet);
    }

    private static int mostNeeded(List<Double> unmet) {
        return samplesNeeded(hardest(unmet));
    }

    private static double hardest(List<Double> unmet) {
        double found = unmet.get(0);
        for (double percent : unmet) {
            found = samplesNeeded(percent) > samplesNeeded(found) ? percent : found;
        }
        return found;
    }

    /** How far the median's interval reaches, on the side where it reaches farther. */
    private static double reachMs(Summary summary) {
        return Math.max(summary.medianHigh - summary.median, summary.median - summary.medianLow);
    }

    private static String wideSpreadReason(Summary summary) {
        return "the median of " + Figures.significant(summary.median) + " ms is sure only to "
                + Figures.significant(summary.medianLow) + " to " + Figures.significant(summary.medianHigh)
                + " ms (95 % interval), more than " + Figures.percent(WIDEST_SPREAD)
                + " to a side; quieten the machine or ask for more --iterations";
    }
}
