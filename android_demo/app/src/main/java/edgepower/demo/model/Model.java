package edgepower.demo.model;

import edgepower.demo.words.Word;
import edgepower.demo.words.WordReader;
import edgepower.demo.words.WordRow;
import edgepower.demo.words.WordRows;
import edgepower.runtime.Classifier;
import edgepower.runtime.Options;
import edgepower.runtime.Prediction;
import edgepower.runtime.Text;
import edgepower.runtime.TimedPrediction;
import edgepower.runtime.bundle.Artifact;
import edgepower.runtime.bundle.Bundle;
import edgepower.runtime.bundle.FileEntry;
import edgepower.runtime.bundle.Manifest;
import edgepower.runtime.bundle.checks.Bounds;
import edgepower.runtime.cascade.Tier;
import edgepower.runtime.model.BudgetAnswerer;
import edgepower.runtime.text.TextEncoder;
import edgepower.runtime.verify.Golden;
import edgepower.runtime.verify.GoldenExample;
import java.io.Closeable;
import java.io.File;
import java.util.ArrayList;
import java.util.List;

/** A bundle opened at one precision, and the budget that answers now. One thread at a time. */
public final class Model implements Closeable {
    private static final double NANOSECONDS = 1e6;

    private final Classifier opened;
    private final boolean takesPairs;
    private Classifier classifier;

    private Model(Classifier opened) {
        this.opened = opened;
        this.classifier = opened;
        this.takesPairs = takesPairs(opened.bundle());
    }

    /**
     * Opens a bundle.
     *
     * @param bundle its folder
     * @param precision such as {@code int8}; null takes the first there is
     * @param budget a budget or cascade; null takes the bundle's first
     * @throws edgepower.runtime.EdgePowerException it cannot be used, and why
     */
    public static Model open(File bundle, String precision, String budget) {
        return new Model(Classifier.open(bundle, Options.DEFAULT.withPrecision(precision).withBudget(budget)));
    }

    /**
     * Looks whether a bundle can be used, with every file of every precision that this app can run.
     *
     * @param bundle its folder
     * @throws edgepower.runtime.EdgePowerException it cannot, and why
     */
    public static void check(File bundle) {
        Model first = open(bundle, null, null);
        first.close();
        for (String precision : first.setup().precisions) {
            open(bundle, precision, null).close();
        }
    }

    /** The bundle's folder. */
    public File folder() {
        return opened.bundle().path;
    }

    /**
     * Answers by another budget or cascade from now on.
     *
     * @throws edgepower.runtime.EdgePowerException there is none of this name; the one before goes on
     */
    public void choose(String budget) {
        classifier = opened.at(budget);
    }

    /** What it is, and what it is switched to. */
    public Setup setup() {
        List<String> precisions = new ArrayList<String>();
        for (Artifact artifact : opened.bundle().manifest.artifacts) {
            if (artifact.engine.equals(opened.artifact().engine)) {
                precisions.add(artifact.precision);
            }
        }
        return new Setup(opened.bundle().manifest.name, opened.bundle().manifest.architecture, takesPairs,
                opened.budgets(), classifier.budget(), precisions, opened.artifact().precision);
    }

    /**
     * Classifies a text.
     *
     * @throws edgepower.runtime.EdgePowerException it cannot be read, or the engine failed
     */
    public Answer ask(Text text) {
        // The first text of a program also pays for loading it, which is no time that a user feels again.
        classifier.answer(text);
        TimedPrediction timed = classifier.timed(text);
        long nanoseconds = 0;
        for (long span : timed.nanoseconds) {
            nanoseconds += span;
        }
        List<int[]> stages = Way.of(timed.prediction);
        int tokens = timed.prediction.numTokens;
        List<WordRow> rows = new ArrayList<WordRow>();
        if (!stages.isEmpty()) {
            List<Word> words = WordReader.read(encoder(timed.prediction), text, tokens);
            rows = WordRows.of(words, tokens, stages);
        }
        return new Answer(timed.prediction, classifier.labels(), nanoseconds / NANOSECONDS, setup(), rows);
    }

    /** The tokenizer that counted the words of an answer: a tier that is a bundle of its own may have another one. */
    private TextEncoder encoder(Prediction answer) {
        if (classifier.cascade() != null) {
            for (Tier tier : classifier.cascade().tiers()) {
                if (tier.name.equals(answer.tier()) && tier.answerer instanceof BudgetAnswerer) {
                    return ((BudgetAnswerer) tier.answerer).encoder();
                }
            }
        }
        return classifier.encoder();
    }

    /** The manifest does not say whether a model is for pairs; its examples do, and without any a pair is offered. */
    private static boolean takesPairs(Bundle bundle) {
        for (FileEntry file : bundle.manifest.files) {
            if (file.path.equals(Manifest.GOLDEN_FILE)) {
                for (GoldenExample example : Golden.read(bundle.read(file.path, Bounds.GOLDEN_BYTES))) {
                    if (example.text.second != null) {
                        return true;
                    }
                }
                return false;
            }
        }
        return true;
    }

    @Override
    public void close() {
        opened.close();
    }
}
