package edgepower.runtime;

import edgepower.runtime.bundle.Artifact;
import edgepower.runtime.bundle.Bundle;
import edgepower.runtime.cascade.Cascade;
import edgepower.runtime.model.BudgetAnswerer;
import edgepower.runtime.model.Model;
import edgepower.runtime.task.Task;
import edgepower.runtime.text.TextEncoder;
import edgepower.runtime.verify.Verification;
import java.io.Closeable;
import java.io.File;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Text in, label out: a bundle's artifact at one budget or cascade.
 *
 * <p>Many threads may use it at once. What {@link #at} gives shares all that is loaded, and closing one closes all.
 *
 * <pre>
 * try (Classifier classifier = Classifier.open(folder, Options.DEFAULT)) {
 *     String label = classifier.answer(Text.of("a delightful film")).label;
 * }
 * </pre>
 */
public final class Classifier implements Answerer, Closeable {
    private final Model model;
    private final Task task;
    private final String budget;
    private final Answerer answerer;
    private final BudgetAnswerer plain;
    // By name, of the same model, in whose place none is opened twice.
    private final ConcurrentMap<String, Classifier> views;

    private Classifier(Model model, Task task, String budget, ConcurrentMap<String, Classifier> views) {
        this.model = model;
        this.task = task;
        this.budget = budget;
        this.views = views;
        answerer = model.at(budget, task);
        plain = answerer instanceof BudgetAnswerer ? (BudgetAnswerer) answerer
            : model.budget(model.bundle().plainBudget(model.artifact(), budget), task);
    }

    /**
     * Opens a bundle and checks the files that will be used; programs load on first use.
     *
     * @param bundle its directory
     * @throws InputException an option is none that this bundle has, or there is no directory
     * @throws BundleException the bundle is incomplete, altered or malformed, or has no artifact for ONNX Runtime
     * @throws EngineException the engine does not load
     */
    public static Classifier open(File bundle, Options options) {
        Bundle opened = Bundle.open(bundle);
        Task task = Task.of(opened.manifest, options.threshold, options.sigmoid);
        Artifact artifact = opened.artifact(options.precision);
        String budget = opened.chooseBudget(artifact, options.budget);
        Model model = Model.open(opened, artifact, options.numThreads);
        try {
            Classifier classifier =
                new Classifier(model, task, budget, new ConcurrentHashMap<String, Classifier>());
            classifier.views.put(budget, classifier);
            model = null;
            return classifier;
        } finally {
            if (model != null) {
                model.close();
            }
        }
    }

    /**
     * Gives the same model's classifier of another budget or cascade, which reads logits as this one does.
     *
     * <p>It is made once, and kept.
     *
     * @param name of the manifest; null takes the first cascade that there is, else the first budget
     * @throws InputException the artifact has no such budget or cascade
     * @throws BundleException a tier's file is missing, altered or malformed
     */
    public Classifier at(String name) {
        String chosen = model.bundle().chooseBudget(model.artifact(), name);
        Classifier view = views.get(chosen);
        if (view == null) {
            synchronized (views) {
                view = views.get(chosen);
                if (view == null) {
                    view = new Classifier(model, task, chosen, views);
                    views.put(chosen, view);
                }
            }
        }
        return view;
    }

    /** The budget or cascade that it answers by. */
    public String budget() {
        return budget;
    }

    /** The names that {@link #at} takes: cascades that the artifact can answer by, then budgets. */
    public List<String> budgets() {
        List<String> names = new ArrayList<String>(model.bundle().cascadesOf(model.artifact()));
        names.addAll(model.bundle().budgetsOf(model.artifact()));
        return Collections.unmodifiableList(names);
    }

    @Override
    public String task() {
        return task.name();
    }

    @Override
    public List<String> labels() {
        return answerer.labels();
    }

    @Override
    public List<Span> spans() {
        return answerer.spans();
    }

    @Override
    public Prediction answer(Text text) {
        return answerer.answer(text);
    }

    @Override
    public TimedPrediction timed(Text text) {
        return answerer.timed(text);
    }

    @Override
    public void warmUp() {
        answerer.warmUp();
    }

    /**
     * Answers several texts; a cascade asks its first tier all of them, then the next those that are left.
     *
     * @throws InputException one of them is no text that can be read
     * @throws EngineException the engine failed, or was closed
     */
    public List<Prediction> classify(List<Text> texts) {
        if (answerer instanceof Cascade) {
            return ((Cascade) answerer).classify(texts);
        }
        List<Prediction> predictions = new ArrayList<Prediction>(texts.size());
        for (Text text : texts) {
            predictions.add(answerer.answer(text));
        }
        return predictions;
    }

    /**
     * The word pieces that the model reads, special tokens included, as {@link Prediction#survivors} counts them.
     *
     * @throws InputException it is no text that can be read
     */
    public List<String> tokens(Text text) {
        return Arrays.asList(encoder().tokens(text, maxLength()));
    }

    /** The bundle's tokenizer. */
    public TextEncoder encoder() {
        return model.encoder();
    }

    /** The length of the longest program, where texts are cut; at a cascade that of the budget that is asked last. */
    public int maxLength() {
        return plain.maxLength();
    }

    /** The bundle that was opened. */
    public Bundle bundle() {
        return model.bundle();
    }

    /** The artifact of it that runs. */
    public Artifact artifact() {
        return model.artifact();
    }

    /** The cascade whose tiers answer; null at a budget. */
    public Cascade cascade() {
        return answerer instanceof Cascade ? (Cascade) answerer : null;
    }

    /** What is opened, which other views share. */
    public Model model() {
        return model;
    }

    /** Counts of a cascade's tiers since it was opened; no tiers at a budget. */
    public CascadeStats stats() {
        return answerer instanceof Cascade
            ? ((Cascade) answerer).stats() : new CascadeStats(Collections.<CascadeStats.Tier>emptyList());
    }

    /**
     * Compares this device with the bundle's golden examples (BUNDLE.md, section 8); other programs are loaded for it.
     *
     * @throws edgepower.runtime.verify.VerificationException the tokenizer gives other ids than the golden ones
     * @throws BundleException a file is missing or altered
     * @throws EngineException the engine failed
     */
    public Verification verify() {
        return Verification.of(bundle().path, artifact().precision, model.numThreads());
    }

    /** Waits for answers under way, then frees the engine's memory; who asks later gets an EngineException. */
    @Override
    public void close() {
        model.close();
    }
}
