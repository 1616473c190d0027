package edgepower.runtime.cascade;

import edgepower.runtime.Answerer;
import edgepower.runtime.EngineException;
import edgepower.runtime.Prediction;
import edgepower.runtime.Span;
import edgepower.runtime.Step;
import edgepower.runtime.Text;
import edgepower.runtime.TierRun;
import edgepower.runtime.TimedPrediction;
import edgepower.runtime.task.Classification;
import edgepower.runtime.task.Decoded;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** Gives the logits that a text spells out, such as "0 2.5"; "fail" fails. */
final class FixedAnswerer implements Answerer {
    final List<String> labels;
    int asked;
    int warmed;

    FixedAnswerer(String... labels) {
        this.labels = Arrays.asList(labels);
    }

    @Override
    public String task() {
        return "classification";
    }

    @Override
    public List<String> labels() {
        return labels;
    }

    @Override
    public List<Span> spans() {
        return Collections.singletonList(new Span("all", true));
    }

    @Override
    public Prediction answer(Text text) {
        asked++;
        if (text.first.equals("fail")) {
            throw new EngineException("the engine is gone");
        }
        String[] typed = text.first.split(" ");
        double[] logits = new double[typed.length];
        for (int place = 0; place < logits.length; place++) {
            logits[place] = Double.parseDouble(typed[place]);
        }
        Decoded read = new Classification().decode(logits, labels);
        return new Prediction(read.label, read.score, read.scores, read.labels, logits, 3, false,
            Collections.<Step>emptyList(), Collections.<TierRun>emptyList());
    }

    @Override
    public TimedPrediction timed(Text text) {
        return new TimedPrediction(answer(text), new long[] {2000000});
    }

    @Override
    public void warmUp() {
        warmed++;
    }
}
