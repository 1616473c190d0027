package edgepower.runtime.verify;

import edgepower.runtime.bundle.Acceptance;
import edgepower.runtime.bundle.Artifact;
import edgepower.runtime.bundle.Bundle;
import edgepower.runtime.bundle.FileEntry;
import edgepower.runtime.bundle.Manifest;
import edgepower.runtime.bundle.Program;
import edgepower.runtime.bundle.checks.Bounds;
import edgepower.runtime.model.Model;
import edgepower.runtime.onnx.OnnxSession;
import edgepower.runtime.onnx.Outputs;
import edgepower.runtime.task.Task;
import edgepower.runtime.text.EncodedText;
import java.io.File;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Whether this device says what golden.json does: what the model said where the bundle was made (section 8). */
public final class Verification {
    /** One of each program and stage, in the manifest's order, then of bag tiers and cascades. */
    public final List<ProgramCheck> checks;

    private Verification(List<ProgramCheck> checks) {
        this.checks = Collections.unmodifiableList(checks);
    }

    /** Whether all checks passed. */
    public boolean passed() {
        boolean passed = true;
        for (ProgramCheck check : checks) {
            passed &= check.passed;
        }
        return passed;
    }

    /**
     * Runs every golden example of a bundle through every program of an artifact, and its cascades, on this device.
     *
     * @param path the bundle's directory
     * @param precision fp32, fp16 or int8; null takes the first there is
     * @param numThreads that one run may use
     * @throws VerificationException the tokenizer gives other ids than the golden ones
     * @throws edgepower.runtime.BundleException a file is missing or altered
     * @throws edgepower.runtime.EngineException the engine failed
     */
    public static Verification of(File path, String precision, int numThreads) {
        Bundle bundle = Bundle.open(path);
        try (Model model = Model.open(bundle, bundle.artifact(precision), numThreads)) {
            bundle.check(others(bundle.manifest));
            List<GoldenExample> examples = Golden.read(bundle.read(Manifest.GOLDEN_FILE, Bounds.GOLDEN_BYTES));
            return new Verification(new Run(model, examples).checks());
        }
    }

    /** The bundle's own files that are not checked where they are read. */
    private static List<FileEntry> others(Manifest manifest) {
        List<FileEntry> files = new ArrayList<FileEntry>();
        for (FileEntry file : manifest.files) {
            if (!file.path.equals(Manifest.TOKENIZER_FILE) && !file.path.equals(Manifest.GOLDEN_FILE)) {
                files.add(file);
            }
        }
        return files;
    }

    /** One verification under way. */
    private static final class Run {
        private final Model model;
        private final Artifact artifact;
        private final Manifest manifest;
        private final Task task;
        private final List<GoldenExample> examples;
        private final List<EncodedText> encoded = new ArrayList<EncodedText>();

        Run(Model model, List<GoldenExample> examples) {
            this.model = model;
            this.artifact = model.artifact();
            this.manifest = model.bundle().manifest;
            this.task = Task.of(manifest, Double.NaN, false);
            this.examples = examples;
        }

        List<ProgramCheck> checks() {
            checkTokenizer();
            List<ProgramCheck> checks = new ArrayList<ProgramCheck>();
            for (Program program : artifact.programs) {
                check(Collections.singletonList(program), checks);
            }
            for (List<Program> stages : stageRuns()) {
                check(stages, checks);
            }
            checks.addAll(new CascadeVerification(model, examples).checks());
            return checks;
        }

        private void checkTokenizer() {
            int longest = 0;
            for (Program program : artifact.programs) {
                longest = Math.max(longest, program.length);
            }
            for (int number = 0; number < examples.size(); number++) {
                GoldenExample example = examples.get(number);
                EncodedText found = model.encoder().encode(example.text, longest);
                if (!Arrays.equals(found.ids, example.ids()) || !Arrays.equals(found.typeIds, example.typeIds())) {
                    throw new VerificationException(Manifest.TOKENIZER_FILE + " gives other token ids than examples["
                        + number + "] of " + Manifest.GOLDEN_FILE + " in " + model.bundle().path + ": found "
                        + Arrays.toString(found.ids) + " of types " + Arrays.toString(found.typeIds) + ", expected "
                        + Arrays.toString(example.ids()) + " of types " + Arrays.toString(example.typeIds()));
                }
                encoded.add(found);
            }
        }

        private Iterable<List<Program>> stageRuns() {
            Map<String, List<Program>> runs = new LinkedHashMap<String, List<Program>>();
            for (Program stage : artifact.stages) {
                String key = stage.length + " " + stage.budget;
                if (!runs.containsKey(key)) {
                    runs.put(key, new ArrayList<Program>());
                }
                runs.get(key).add(stage);
            }
            return runs.values();
        }

        /** Checks programs that run one after the other: one of the whole model, or the stages of one. */
        private void check(List<Program> run, List<ProgramCheck> checks) {
            Map<Integer, Difference> before = new HashMap<Integer, Difference>();
            for (Program program : run) {
                Map<Integer, Difference> found = new LinkedHashMap<Integer, Difference>();
                // One after the other, none kept: a device may have room for one and not for all.
                try (OnnxSession session = model.load(program)) {
                    for (int number = 0; number < examples.size(); number++) {
                        GoldenOutput golden = examples.get(number).expected(artifact, program);
                        if (golden != null && (program.first == 1 || before.containsKey(number))) {
                            found.put(number, difference(program, session, golden, number, before.get(number)));
                        }
                    }
                }
                checks.add(summedUp(program, found.values()));
                before = found;
            }
        }

        private Difference difference(
                Program program, OnnxSession session, GoldenOutput golden, int number, Difference before) {
            EncodedText text = encoded.get(number);
            int length = program.anyLength ? text.numTokens() : program.length;
            Outputs outputs = before == null
                ? session.run(text, length, manifest.tokenizer.padId) : session.run(before.handedOn);
            return new Difference(program, task, manifest.retentionAt(program, text.numTokens()), golden, outputs,
                text.numTokens(), before);
        }

        private ProgramCheck summedUp(Program program, Iterable<Difference> found) {
            Acceptance acceptance = artifact.acceptance;
            double bound = ProgramCheck.bound(acceptance);
            double worst = 0;
            int texts = 0;
            int labels = 0;
            int kept = 0;
            int wanted = 0;
            for (Difference item : found) {
                texts++;
                // Rounded weights keep other words on another machine where scores are nearly equal.
                worst = item.sameWords || !acceptance.repeats() ? Math.max(worst, item.error) : worst;
                labels += item.sameLabel || item.error <= bound ? 1 : 0;
                kept += item.kept;
                wanted += item.wanted;
            }
            double same = (double) labels / Math.max(1, texts);
            double words = wanted == 0 ? 1 : (double) kept / wanted;
            boolean passed = texts > 0 && acceptance.accepts(worst, bound, same, words);
            return new ProgramCheck(
                program.name, texts, new double[] {worst, same, words, Double.NaN}, bound, passed);
        }
    }
}
