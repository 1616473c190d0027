package edgepower.runtime.model;

import edgepower.runtime.Prediction;
import edgepower.runtime.Span;
import edgepower.runtime.Step;
import edgepower.runtime.Text;
import edgepower.runtime.TimedPrediction;
import edgepower.runtime.bundle.Program;
import edgepower.runtime.cascade.TokenAnswerer;
import edgepower.runtime.onnx.OnnxSession;
import edgepower.runtime.onnx.Outputs;
import edgepower.runtime.task.Task;
import edgepower.runtime.text.EncodedText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/** A model at one budget: encodes a text, chooses its program, runs it, names the label. */
public final class BudgetAnswerer extends TokenAnswerer {
    static final List<Span> SPANS = Collections.unmodifiableList(Arrays.asList(
        new Span("encode", false), new Span("choose", false), new Span("run", true), new Span("decode", false)));

    private final Model model;
    private final List<Program> programs;
    private final Ways ways;
    private final int padId;

    BudgetAnswerer(Model model, String budget, Task task) {
        this(model, programsOf(model, budget), task);
    }

    private BudgetAnswerer(Model model, List<Program> programs, Task task) {
        super(task, model.bundle().manifest.labels, SPANS, model.encoder(), programs.get(programs.size() - 1).length);
        this.model = model;
        this.programs = programs;
        ways = new Ways(model.bundle().manifest, programs);
        padId = model.bundle().manifest.tokenizer.padId;
    }

    /** The programs of a budget, the shortest first. */
    static List<Program> programsOf(Model model, String budget) {
        List<Program> programs = new ArrayList<Program>();
        for (Program program : model.artifact().programs) {
            if (program.budget.equals(budget)) {
                programs.add(program);
            }
        }
        Collections.sort(programs, new Comparator<Program>() {
            @Override
            public int compare(Program one, Program other) {
                return one.length - other.length;
            }
        });
        return programs;
    }

    @Override
    public TimedPrediction timedEncoded(EncodedText encoded) {
        long start = System.nanoTime();
        Way way = ways.of(encoded.numTokens());
        OnnxSession session = model.session(way.program);
        long chosen = System.nanoTime();
        Outputs outputs = session.run(encoded, way.length, padId);
        long ran = System.nanoTime();
        Step step = new Step(way.program.name, way.length, way.retention, outputs.kept, 1);
        Prediction prediction = task.predict(labels, encoded, outputs.logits, Collections.singletonList(step));
        return new TimedPrediction(prediction,
            new long[] {0, chosen - start, ran - chosen, System.nanoTime() - ran});
    }

    @Override
    public void warmUp() {
        EncodedText empty = encoder().encode(Text.of(""), maxLength());
        for (Program program : programs) {
            model.session(program).run(empty, program.length, padId);
        }
    }
}
