package edgepower.runtime.profiler.measure;

import edgepower.runtime.InputException;
import edgepower.runtime.bundle.Artifact;
import edgepower.runtime.bundle.Budget;
import edgepower.runtime.bundle.Bundle;
import edgepower.runtime.bundle.CascadeEntry;
import edgepower.runtime.bundle.Program;
import edgepower.runtime.bundle.TierEntry;
import edgepower.runtime.profiler.ProfileOptions;
import edgepower.runtime.profiler.machine.UsableCores;
import edgepower.runtime.profiler.report.Case;
import edgepower.runtime.profiler.report.Figures;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Which cases a profile has: the options, held against a bundle and this machine. */
public final class Plan {
    private static final String ENGINE = "onnx";
    private static final String[] PRECISIONS = {"fp32", "fp16", "int8"};

    /** The artifacts, by precision. */
    final List<Artifact> artifacts = new ArrayList<Artifact>();

    /** By precision, threads, budget and length. */
    final List<Case> cases = new ArrayList<Case>();

    private final Bundle bundle;

    /**
     * Finds every case that the options ask for and the bundle has.
     *
     * @throws InputException an option names what the bundle does not have, or more threads than there are cores
     */
    public Plan(Bundle bundle, ProfileOptions options) {
        this.bundle = bundle;
        checkThreads(options.threads);
        chooseArtifacts(options.precisions);
        if (options.texts.isEmpty()) {
            refuseCascades(options.budgets);
        }
        List<String> budgets = choose("budgets", withTiers(options.budgets), budgetsThere());
        List<Integer> lengths = choose("lengths", options.lengths, new ArrayList<Integer>(lengthsThere()));
        for (Artifact artifact : artifacts) {
            for (int threads : new TreeSet<Integer>(options.threads)) {
                for (String budget : budgets) {
                    for (int length : lengthsOf(artifact, budget)) {
                        if (lengths.contains(length)) {
                            cases.add(new Case(ENGINE, artifact.precision, budget, length, threads));
                        }
                    }
                }
            }
        }
        if (cases.isEmpty()) {
            throw new InputException("the bundle " + bundle.path + " has no program of budget "
                    + joined(budgets, " or ") + " at length " + joined(lengths, " or ") + " for "
                    + names(artifacts) + "; ask for other budgets or lengths");
        }
    }

    /** The lengths of an artifact's programs of one budget, rising. */
    static List<Integer> lengthsOf(Artifact artifact, String budget) {
        Set<Integer> found = new TreeSet<Integer>();
        for (Program program : artifact.programs) {
            if (program.budget.equals(budget)) {
                found.add(program.length);
            }
        }
        return new ArrayList<Integer>(found);
    }

    /** Whether programs of a budget run each text at its own length. */
    static boolean isOfAnyLength(Artifact artifact, String budget) {
        for (Program program : artifact.programs) {
            if (program.budget.equals(budget) && program.anyLength) {
                return true;
            }
        }
        return false;
    }

    private static void checkThreads(List<Integer> threads) {
        int most = Collections.max(threads);
        int cores = UsableCores.list().size();
        if (most > cores) {
            throw new InputException("`threads` " + most + ": this process may use " + Figures.count(cores, "core")
                    + "; ask for 1.." + cores);
        }
    }

    private void chooseArtifacts(List<String> precisions) {
        Set<String> there = new LinkedHashSet<String>();
        for (String precision : PRECISIONS) {
            for (Artifact artifact : bundle.manifest.artifacts) {
                boolean fits = artifact.engine.equals(ENGINE) && artifact.precision.equals(precision);
                if (fits && (precisions.isEmpty() || precisions.contains(precision))) {
                    artifacts.add(artifact);
                    there.add(precision);
                }
            }
        }
        for (String precision : precisions) {
            if (!there.contains(precision)) {
                throw new InputException("the bundle " + bundle.path + " has no artifact " + ENGINE + " " + precision
                        + "; it has: " + names(bundle.manifest.artifacts));
            }
        }
        if (artifacts.isEmpty()) {
            bundle.artifact(null); // it says what there is, and what to do
        }
    }

    private void refuseCascades(List<String> budgets) {
        for (String name : budgets) {
            if (bundle.manifest.cascade(name) != null) {
                throw new InputException("`budgets` " + name
                        + ": a cascade takes as long as the texts want; give them with `texts`");
            }
        }
    }

    /** Puts the budgets of its tiers in the place of each cascade: a length is timed by them, a mix by the cascade. */
    private List<String> withTiers(List<String> names) {
        Set<String> cascades = new LinkedHashSet<String>();
        for (Artifact artifact : artifacts) {
            cascades.addAll(bundle.cascadesOf(artifact));
        }
        Set<String> found = new LinkedHashSet<String>();
        for (String name : names) {
            if (cascades.contains(name)) {
                found.addAll(tiers(bundle.manifest.cascade(name)));
            } else {
                found.add(name);
            }
        }
        return new ArrayList<String>(found);
    }

    private List<String> tiers(CascadeEntry cascade) {
        List<String> found = new ArrayList<String>();
        for (Budget budget : bundle.manifest.budgets) {
            for (TierEntry tier : cascade.tiers) {
                if (tier.runsBudget() && tier.budget.equals(budget.name) && !found.contains(budget.name)) {
                    found.add(budget.name);
                }
            }
        }
        return found;
    }

    private List<String> budgetsThere() {
        List<String> found = new ArrayList<String>();
        for (Budget budget : bundle.manifest.budgets) {
            for (Artifact artifact : artifacts) {
                if (!lengthsOf(artifact, budget.name).isEmpty() && !found.contains(budget.name)) {
                    found.add(budget.name);
                }
            }
        }
        return found;
    }

    private Set<Integer> lengthsThere() {
        Set<Integer> found = new TreeSet<Integer>();
        for (Artifact artifact : artifacts) {
            for (Program program : artifact.programs) {
                found.add(program.length);
            }
        }
        return found;
    }

    private <T> List<T> choose(String name, List<T> wanted, List<T> have) {
        for (T value : wanted) {
            if (!have.contains(value)) {
                throw new InputException("`" + name + "` " + value + ": not in " + names(artifacts) + "; there are: "
                        + joined(have, ", "));
            }
        }
        List<T> found = new ArrayList<T>(have);
        if (!wanted.isEmpty()) {
            found.retainAll(wanted);
        }
        return found;
    }

    private static String names(List<Artifact> artifacts) {
        List<String> keys = new ArrayList<String>();
        for (Artifact artifact : artifacts) {
            keys.add(artifact.key());
        }
        return joined(keys, ", ");
    }

    private static String joined(List<?> values, String between) {
        StringBuilder text = new StringBuilder();
        for (Object value : values) {
            text.append(text.length() == 0 ? "" : between).append(value);
        }
        return text.toString();
    }
}
