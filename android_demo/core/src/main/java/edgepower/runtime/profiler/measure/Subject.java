package edgepower.runtime.profiler.measure;

import edgepower.runtime.Classifier;
import edgepower.runtime.bundle.Budget;
import edgepower.runtime.bundle.Configuration;
import edgepower.runtime.profiler.report.Case;
import edgepower.runtime.profiler.report.CaseResult;
import edgepower.runtime.profiler.report.ProgramFacts;

/** A case that is ready to be timed, and its samples. */
final class Subject {
    /** Of the case's artifact, budget and threads; cases that differ by length share it. */
    final Classifier classifier;

    /** Of its answers. */
    final Series series;

    private final Case key;
    private final CaseTexts texts;

    /**
     * Makes a case ready.
     *
     * @param iterations samples to take
     */
    Subject(Case key, Classifier classifier, CaseTexts texts, int iterations) {
        this.key = key;
        this.classifier = classifier;
        this.texts = texts;
        this.series = new Series(key.toString(), classifier, texts.texts, iterations, false);
    }

    /** What was measured. */
    CaseResult result() {
        return new CaseResult(key, program(), texts.numTokens, texts.numTexts, series.rounds, series.spans());
    }

    private ProgramFacts program() {
        Configuration found = null;
        for (Budget budget : classifier.bundle().manifest.budgets) {
            found = budget.name.equals(key.budget) ? budget.at(key.length) : found;
        }
        // Reading the manifest made sure that every program has one.
        return new ProgramFacts(found.retention.keepAll(), found.macs, classifier.artifact().sizeBytes());
    }
}
