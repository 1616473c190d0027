package edgepower.runtime.profiler.report;

import java.util.Collections;
import java.util.List;

/** All that was measured of a case (PROFILE.md section 5). Its start-up is not measured: an app has no fresh process. */
public final class CaseResult {
    /** Its key. */
    public final Case key;

    /** What runs. */
    public final ProgramFacts program;

    /** Of the timed text, [CLS] and [SEP] included; the median where several take turns. */
    public final int numTokens;

    /** Texts of the user's that take turns; 0 where the built-in text was timed. */
    public final int numTexts;

    /** How many samples each round took. */
    public final List<Integer> rounds;

    /** The samples. */
    public final List<SpanTimes> spans;

    /** Puts what was measured together. */
    public CaseResult(
            Case key, ProgramFacts program, int numTokens, int numTexts, List<Integer> rounds, List<SpanTimes> spans) {
        this.key = key;
        this.program = program;
        this.numTokens = numTokens;
        this.numTexts = numTexts;
        this.rounds = Collections.unmodifiableList(rounds);
        this.spans = Collections.unmodifiableList(spans);
    }

    /** How many samples there are. */
    public int numSamples() {
        return spans.get(0).size();
    }

    /** Text to prediction of each sample, in milliseconds. */
    public double[] totalMs() {
        return SpanTimes.total(spans, false);
    }

    /** The engine's part of each sample, in milliseconds. */
    public double[] runMs() {
        return SpanTimes.total(spans, true);
    }
}
