package edgepower.runtime.profiler.measure;

import edgepower.runtime.Classifier;
import edgepower.runtime.Prediction;
import edgepower.runtime.Text;
import edgepower.runtime.TierRun;
import edgepower.runtime.bundle.CascadeEntry;
import edgepower.runtime.profiler.report.Case;
import edgepower.runtime.profiler.report.MixCascade;
import edgepower.runtime.profiler.report.MixResult;
import edgepower.runtime.profiler.report.SpanTimes;
import edgepower.runtime.text.EncodedText;
import java.util.List;

/** All texts on one classifier: what their user would feel, each text on the program that it falls on. */
final class Mix {
    /** That answers them. */
    final Classifier classifier;

    /** Of its answers. */
    final Series series;

    /** Of a cascade, the answers of its last tier alone, perhaps the series of another mix; null elsewhere. */
    final Series alone;

    private final Case key;

    Mix(Case key, Classifier classifier, List<Text> texts, Series alone) {
        this.key = key;
        this.classifier = classifier;
        this.series = new Series("mix on " + name(key), classifier, texts, texts.size(), true);
        this.alone = alone;
    }

    /** What a mix is called, such as {@code onnx fp32 full, 1 thread}. */
    static String name(Case key) {
        return key.toString().replace(" 0, ", ", ");
    }

    /** Puts the samples beside what each text was; a limit of time may have left the last texts out. */
    MixResult result(List<Text> texts) {
        double[] totalMs = SpanTimes.total(series.spans(), false);
        int[] lengths = new int[totalMs.length];
        int[] numTokens = new int[totalMs.length];
        int truncated = 0;
        for (int sample = 0; sample < totalMs.length; sample++) {
            EncodedText encoded = classifier.encoder().encode(texts.get(sample), classifier.maxLength());
            lengths[sample] = series.answers().get(sample).length();
            numTokens[sample] = encoded.numTokens();
            truncated += encoded.truncated ? 1 : 0;
        }
        CascadeEntry cascade = classifier.bundle().manifest.cascade(key.budget);
        return new MixResult(key, lengths, numTokens, totalMs, truncated, cascade == null ? null : cascade(cascade));
    }

    private MixCascade cascade(CascadeEntry entry) {
        List<Prediction> answers = series.answers();
        double[][] tierMs = new double[entry.tiers.size()][answers.size()];
        int[] answered = new int[answers.size()];
        for (int sample = 0; sample < answered.length; sample++) {
            List<TierRun> asked = answers.get(sample).tiers;
            for (int place = 0; place < asked.size(); place++) {
                tierMs[place][sample] = asked.get(place).timeMs;
            }
            answered[sample] = asked.size() - 1;
        }
        return new MixCascade(entry.tiers, tierMs, answered, SpanTimes.total(alone.spans(), false));
    }
}
