package edgepower.runtime.profiler.measure;

import edgepower.runtime.Answerer;
import edgepower.runtime.Classifier;
import edgepower.runtime.Options;
import edgepower.runtime.Text;
import edgepower.runtime.bundle.Artifact;
import edgepower.runtime.bundle.Bundle;
import edgepower.runtime.bundle.TierEntry;
import edgepower.runtime.cascade.Tier;
import edgepower.runtime.profiler.ProfileOptions;
import edgepower.runtime.profiler.report.Case;
import edgepower.runtime.profiler.report.CaseResult;
import edgepower.runtime.profiler.report.MixResult;
import edgepower.runtime.profiler.report.Reference;
import java.io.Closeable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Everything that is timed of one bundle: opened, warmed up, and timed in rounds. Closing it frees the engine. */
public final class Measurement implements Closeable {
    private final Bundle bundle;
    private final ProfileOptions options;
    private final Steps steps;
    private final Map<String, Classifier> opened = new LinkedHashMap<String, Classifier>();
    private final List<Subject> subjects = new ArrayList<Subject>();
    private final Map<String, Mix> mixes = new LinkedHashMap<String, Mix>();
    private final List<Series> mixSeries = new ArrayList<Series>();
    private ReferenceTimer reference;

    /**
     * Opens all that is asked for; its programs load as they warm up.
     *
     * @throws edgepower.runtime.InputException an option is none that this bundle has
     * @throws edgepower.runtime.BundleException a file is missing or altered
     * @throws edgepower.runtime.EngineException the engine does not load
     */
    public Measurement(Bundle bundle, ProfileOptions options, Steps steps) {
        this.bundle = bundle;
        this.options = options;
        this.steps = steps;
        boolean isOpen = false;
        try {
            open(new Plan(bundle, options));
            isOpen = true;
        } finally {
            if (!isOpen) {
                close();
            }
        }
    }

    private void open(Plan plan) {
        for (Case key : plan.cases) {
            steps.check();
            Classifier classifier = classifier(key);
            List<Integer> lengths = Plan.lengthsOf(classifier.artifact(), key.budget);
            // A text would run at its own length, of which a case's multiply-adds are not; the mix tells of such texts.
            List<Text> given =
                    Plan.isOfAnyLength(classifier.artifact(), key.budget) ? Collections.<Text>emptyList() : options.texts;
            CaseTexts texts = CaseTexts.choose(classifier.encoder(), lengths, key.length, given);
            subjects.add(new Subject(key, classifier, texts, options.iterations));
            if (!options.texts.isEmpty()) {
                addMix(new Case(key.engine, key.precision, key.budget, 0, key.threads));
            }
        }
        if (!options.texts.isEmpty()) {
            addCascades(plan);
        }
        int warmingUp = subjects.size() + mixes.size();
        steps.expect(
                1 + warmingUp + Rounds.numTurns(caseSeries(), options.burst) + Rounds.numTurns(mixSeries, options.burst));
    }

    private void addCascades(Plan plan) {
        for (Artifact artifact : plan.artifacts) {
            for (int threads : options.threads) {
                for (String name : bundle.cascadesOf(artifact)) {
                    if (options.budgets.isEmpty() || options.budgets.contains(name)) {
                        addMix(new Case(artifact.engine, artifact.precision, name, 0, threads));
                    }
                }
            }
        }
    }

    private void addMix(Case key) {
        if (mixes.containsKey(key.toString())) {
            return;
        }
        Classifier classifier = classifier(key);
        Mix mix = new Mix(key, classifier, options.texts, alone(key, classifier));
        mixes.put(key.toString(), mix);
        mixSeries.add(mix.series);
    }

    /** What the last tier of a cascade takes alone: the series of its budget's mix, or one of its own. */
    private Series alone(Case key, Classifier classifier) {
        if (classifier.cascade() == null) {
            return null;
        }
        TierEntry entry = bundle.manifest.cascade(key.budget).lastTier();
        Case alike = new Case(key.engine, key.precision, entry.name(), 0, key.threads);
        if (entry.kind.equals("budget") && mixes.containsKey(alike.toString())) {
            return mixes.get(alike.toString()).series;
        }
        List<Tier> tiers = classifier.cascade().tiers();
        Answerer last = tiers.get(tiers.size() - 1).answerer;
        String name = "mix on " + entry.name() + " alone, of " + Mix.name(key);
        Series series = new Series(name, last, options.texts, options.texts.size(), false);
        mixSeries.add(series);
        return series;
    }

    /** Gives the classifier of a case; an artifact is opened once for a number of threads, whatever the budgets. */
    private Classifier classifier(Case key) {
        String model = key.precision + " " + key.threads;
        if (!opened.containsKey(model)) {
            Options asked = Options.DEFAULT.withPrecision(key.precision).withNumThreads(key.threads);
            opened.put(model, Classifier.open(bundle.path, asked.withBudget(key.budget)));
        }
        return opened.get(model).at(key.budget);
    }

    /**
     * Warms up everything.
     *
     * @throws edgepower.runtime.EngineException a program does not load or run
     */
    public void warmUp() {
        for (Subject subject : subjects) {
            steps.step("warming up: " + subject.series.name);
            subject.series.warmUp(options.warmup, steps);
        }
        for (Mix mix : mixes.values()) {
            steps.step("warming up: " + mix.series.name);
            mix.classifier.warmUp(); // the mix also falls on programs that are no case
        }
        reference = new ReferenceTimer();
    }

    /**
     * Takes all samples; the observer is started by the caller right before, and stopped right after.
     *
     * @throws edgepower.runtime.EngineException the engine failed
     */
    public void time() {
        Rounds.take(caseSeries(), options.burst, options.maxSeconds, steps, reference);
        if (!mixes.isEmpty()) {
            Rounds.take(mixSeries, options.burst, options.maxSeconds, steps, null);
        }
    }

    /** What was measured of each case, after {@link #time}. */
    public List<CaseResult> results() {
        List<CaseResult> found = new ArrayList<CaseResult>();
        for (Subject subject : subjects) {
            found.add(subject.result());
        }
        return found;
    }

    /** What was measured of the texts, after {@link #time}. */
    public List<MixResult> mixes() {
        List<MixResult> found = new ArrayList<MixResult>();
        for (Mix mix : mixes.values()) {
            found.add(mix.result(options.texts));
        }
        return found;
    }

    /** The version of ONNX Runtime. */
    public String engineVersion() {
        return subjects.get(0).classifier.model().engineVersion();
    }

    /** How fast the machine was, after {@link #time}. */
    public Reference reference() {
        return reference.result();
    }

    private List<Series> caseSeries() {
        List<Series> found = new ArrayList<Series>();
        for (Subject subject : subjects) {
            found.add(subject.series);
        }
        return found;
    }

    /** Frees what the engine holds. */
    @Override
    public void close() {
        for (Classifier classifier : opened.values()) {
            classifier.close();
        }
    }
}
