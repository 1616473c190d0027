package edgepower.runtime.cascade;

import edgepower.runtime.Answerer;
import edgepower.runtime.InputException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Whether tiers answer the same question, and their numbers can be. */
final class TierChecks {
    private TierChecks() {
    }

    static void check(List<Tier> tiers) {
        if (tiers.size() < 2) {
            throw new InputException("a cascade needs two tiers or more, found " + tiers.size());
        }
        Answerer first = tiers.get(0).answerer;
        checkConfidence(first.task());
        checkNames(tiers);
        for (Tier tier : tiers) {
            checkSame(tier, first);
        }
        for (Tier tier : tiers) {
            if (!(tier.temperature > 0 && tier.temperature < Double.POSITIVE_INFINITY)) {
                throw new InputException("the temperature of " + tier.name + " is " + tier.temperature
                    + ", must be a number above 0");
            }
            checkThreshold(tier, first.labels().size(), tier == tiers.get(tiers.size() - 1));
        }
    }

    private static void checkConfidence(String task) {
        if (!task.equals("classification")) {
            throw new InputException("a cascade compares the confidence of one answer, and "
                + (task.equals("regression") ? "a value has no probability"
                    : "several labels a text are as many answers, each with its own probability")
                + "; ask one model alone");
        }
    }

    private static void checkNames(List<Tier> tiers) {
        Set<String> names = new HashSet<String>();
        StringBuilder shown = new StringBuilder();
        for (Tier tier : tiers) {
            names.add(tier.name);
            shown.append(shown.length() == 0 ? "" : ", ").append(tier.name);
        }
        if (names.size() < tiers.size()) {
            throw new InputException("the tiers are named " + shown + "; give each a name of its own");
        }
    }

    private static void checkSame(Tier tier, Answerer first) {
        if (!tier.answerer.task().equals(first.task())) {
            throw new InputException(tier.name + " does " + tier.answerer.task() + " and the first tier "
                + first.task() + "; must be the same");
        }
        if (!tier.answerer.labels().equals(first.labels())) {
            throw new InputException(tier.name + " has the labels " + brief(tier.answerer.labels())
                + " and the first tier " + brief(first.labels()) + "; must be the same, in order");
        }
    }

    private static String brief(List<String> labels) {
        return labels.size() <= 6 ? labels.toString()
            : labels.subList(0, 6).toString().replaceAll("]$", ", ...]");
    }

    private static void checkThreshold(Tier tier, int labels, boolean isLast) {
        if (isLast) {
            if (!Double.isNaN(tier.threshold)) {
                throw new InputException("the last tier " + tier.name + " has the threshold " + tier.threshold
                    + "; its answer always stands");
            }
        } else if (!(tier.threshold > 1.0 / labels && tier.threshold <= 1)) {
            throw new InputException("the threshold of " + tier.name + " is " + tier.threshold + ", must be above 1/"
                + labels + ", the confidence of a tier that knows nothing, and at most 1");
        }
    }
}
