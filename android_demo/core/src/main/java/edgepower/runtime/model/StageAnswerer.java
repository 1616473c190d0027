package edgepower.runtime.model;

import edgepower.runtime.Prediction;
import edgepower.runtime.Span;
import edgepower.runtime.Step;
import edgepower.runtime.Text;
import edgepower.runtime.TimedPrediction;
import edgepower.runtime.bundle.Program;
import edgepower.runtime.cascade.Reading;
import edgepower.runtime.cascade.ReadingAnswerer;
import edgepower.runtime.onnx.HandedOn;
import edgepower.runtime.onnx.OnnxSession;
import edgepower.runtime.onnx.Outputs;
import edgepower.runtime.retention.RetentionConfig;
import edgepower.runtime.task.Task;
import edgepower.runtime.text.EncodedText;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Answers by the head behind one encoder (BUNDLE.md, sections 5 and 12; DeeBERT, arXiv:2004.12993).
 *
 * <p>Alone it runs every stage up to its own. Behind a tier that ran some of these for the same text, it runs the
 * others; its answer has the steps of those alone, to which a cascade adds the ones before.
 */
final class StageAnswerer implements ReadingAnswerer {
    private final Model model;
    private final String budget;
    private final int last;
    private final Task task;
    private final List<String> labels;
    private final StageRuns runs;
    private final Map<String, RetentionConfig> retentions = new HashMap<String, RetentionConfig>();

    /**
     * Looks at a model's stages.
     *
     * @param last the encoder that the answer is read behind, counted from 1
     * @throws edgepower.runtime.InputException the artifact has no such stages
     */
    StageAnswerer(Model model, String budget, int last, Task task) {
        this.model = model;
        this.budget = budget;
        this.last = last;
        this.task = task;
        labels = model.bundle().manifest.labels;
        runs = new StageRuns(model, budget, last);
        for (List<Program> run : runs.all()) {
            for (Program stage : run) {
                retentions.put(stage.name, model.bundle().manifest.retentionAt(stage, stage.length));
            }
        }
    }

    @Override
    public String task() {
        return task.name();
    }

    @Override
    public List<String> labels() {
        return labels;
    }

    /** The parts of a call; of a text that goes on from another stage the first takes no time. */
    @Override
    public List<Span> spans() {
        return BudgetAnswerer.SPANS;
    }

    @Override
    public Prediction answer(Text text) {
        return timed(text).prediction;
    }

    @Override
    public TimedPrediction timed(Text text) {
        return timed(new Reading(text));
    }

    @Override
    public TimedPrediction timed(Reading reading) {
        long start = System.nanoTime();
        Stopped before = before(reading);
        EncodedText encoded = before == null
            ? reading.encodedFor(model.encoder(), runs.maxLength()) : before.encoded;
        long read = System.nanoTime();
        if (before == null) {
            before = new Stopped(model, budget, encoded, runs.of(encoded.numTokens()), null);
        }
        int count = 0;
        List<OnnxSession> sessions = new ArrayList<OnnxSession>();
        while (count < before.rest.size() && before.rest.get(count).last <= last) {
            sessions.add(model.session(before.rest.get(count++)));
        }
        long chosen = System.nanoTime();
        List<Step> steps = new ArrayList<Step>();
        Outputs outputs = run(before, sessions, steps);
        long ran = System.nanoTime();
        Prediction prediction = task.predict(labels, encoded, outputs.logits, steps);
        List<Program> rest = before.rest.subList(count, before.rest.size());
        reading.handedOn = new Stopped(model, budget, encoded, rest, outputs.handedOn);
        return new TimedPrediction(prediction,
            new long[] {read - start, chosen - read, ran - chosen, System.nanoTime() - ran});
    }

    @Override
    public void warmUp() {
        EncodedText empty = model.encoder().encode(Text.of(""), runs.maxLength());
        for (List<Program> run : runs.all()) {
            Stopped start = new Stopped(model, budget, empty, run, null);
            List<OnnxSession> sessions = new ArrayList<OnnxSession>();
            for (Program stage : run) {
                if (stage.last <= last) {
                    sessions.add(model.session(stage));
                }
            }
            run(start, sessions, new ArrayList<Step>());
        }
    }

    /** Runs the first stages of what is left, each from what the one before gave; adds a step for each. */
    private Outputs run(Stopped from, List<OnnxSession> sessions, List<Step> steps) {
        int padId = model.bundle().manifest.tokenizer.padId;
        HandedOn given = from.handedOn;
        Outputs outputs = null;
        for (int place = 0; place < sessions.size(); place++) {
            Program stage = from.rest.get(place);
            outputs = given == null
                ? sessions.get(place).run(from.encoded, stage.length, padId)
                : sessions.get(place).run(given);
            given = outputs.handedOn;
            steps.add(new Step(stage.name, stage.length, retentions.get(stage.name), outputs.kept, stage.first));
        }
        return outputs;
    }

    /** Where a stage of the same programs stopped, if there is anything left to run up to this one; else null. */
    private Stopped before(Reading reading) {
        if (!(reading.handedOn instanceof Stopped)) {
            return null;
        }
        Stopped found = (Stopped) reading.handedOn;
        boolean isMine = found.model == model && found.budget.equals(budget);
        return isMine && !found.rest.isEmpty() && found.rest.get(0).last <= last ? found : null;
    }
}
