package edgepower.runtime.profiler.measure;

import edgepower.runtime.Answerer;
import edgepower.runtime.Prediction;
import edgepower.runtime.Span;
import edgepower.runtime.Text;
import edgepower.runtime.TimedPrediction;
import edgepower.runtime.profiler.report.SpanTimes;
import java.util.ArrayList;
import java.util.List;

/** Texts that one answerer answers in turn, and the samples so far. */
final class Series {
    private static final double NS_PER_MS = 1e6;

    /** For the progress. */
    final String name;

    /** How many samples each turn took. */
    final List<Integer> rounds = new ArrayList<Integer>();

    private final Answerer answerer;
    private final List<Text> texts;
    private final boolean keepsAnswers;
    private final long[][] samplesNs;
    private final List<Prediction> answers = new ArrayList<Prediction>();
    private int taken;

    /**
     * Begins with no samples.
     *
     * @param wanted how many samples to take
     * @param keepsAnswers whether to keep the answer of each
     */
    Series(String name, Answerer answerer, List<Text> texts, int wanted, boolean keepsAnswers) {
        this.name = name;
        this.answerer = answerer;
        this.texts = texts;
        this.keepsAnswers = keepsAnswers;
        this.samplesNs = new long[wanted][];
    }

    int wanted() {
        return samplesNs.length;
    }

    int left() {
        return samplesNs.length - taken;
    }

    /** One for each sample, where they are kept. */
    List<Prediction> answers() {
        return answers;
    }

    /** Answers without a clock. */
    void warmUp(int count, Steps steps) {
        for (int index = 0; index < count; index++) {
            steps.check();
            answerer.answer(texts.get(index % texts.size()));
        }
    }

    /** Answers one text untimed and the next ones timed, as many as are still wanted. */
    void takeTurn(int timed, Steps steps) {
        int count = Math.min(timed, left());
        int size = texts.size();
        // The first answer of a turn finds the CPU's caches full of the series before it.
        answerer.answer(texts.get((taken + size - 1) % size));
        for (int sample = 0; sample < count; sample++) {
            steps.check();
            TimedPrediction found = answerer.timed(texts.get(taken % size));
            samplesNs[taken] = found.nanoseconds;
            taken++;
            if (keepsAnswers) {
                answers.add(found.prediction);
            }
        }
        rounds.add(count);
    }

    /** The samples by the answerer's spans, in the order they were taken. */
    List<SpanTimes> spans() {
        List<SpanTimes> found = new ArrayList<SpanTimes>();
        List<Span> spans = answerer.spans();
        for (int place = 0; place < spans.size(); place++) {
            double[] times = new double[taken];
            for (int sample = 0; sample < taken; sample++) {
                times[sample] = samplesNs[sample][place] / NS_PER_MS;
            }
            found.add(new SpanTimes(spans.get(place).name, spans.get(place).inEngine, times));
        }
        return found;
    }
}
