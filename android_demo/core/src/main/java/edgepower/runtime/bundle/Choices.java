package edgepower.runtime.bundle;

import edgepower.runtime.BundleException;
import edgepower.runtime.InputException;
import edgepower.runtime.bundle.checks.Quoted;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What a bundle offers to choose from, and which of it is taken (BUNDLE.md, sections 7 and 12). */
final class Choices {
    private static final String ENGINE = "onnx";
    private static final String UPDATE = "update the edge-power library of this app";

    private Choices() {
    }

    static Artifact artifact(Bundle bundle, String precision) {
        Artifact best = null;
        List<String> have = new ArrayList<String>();
        boolean hasEngine = false;
        for (Artifact artifact : bundle.manifest.artifacts) {
            have.add(artifact.key());
            if (artifact.engine.equals(ENGINE)) {
                hasEngine = true;
                boolean fits = precision == null || precision.equals(artifact.precision);
                if (fits && (best == null || rank(artifact) < rank(best))) {
                    best = artifact;
                }
            }
        }
        if (best != null) {
            return best;
        }
        String has = "; it has: " + (have.isEmpty() ? "none" : Quoted.list(have)) + unknown(bundle.manifest);
        if (!hasEngine) {
            throw new BundleException("the bundle " + bundle.path + " has no artifact " + ENGINE + has
                + "; convert it with --format onnx");
        }
        throw new InputException("the bundle " + bundle.path + " has no artifact " + ENGINE + " " + precision + has);
    }

    static String budget(Bundle bundle, Artifact artifact, String name, List<String> have) {
        if (name == null) {
            return have.get(0);
        }
        if (!have.contains(name)) {
            throw new InputException("no budget " + Quoted.of(name) + " in " + artifact.key() + " of the bundle "
                + bundle.path + "; it has: " + Quoted.list(have)
                + (bundle.manifest.unknownCascades.contains(name)
                    ? "; this runtime does not know a tier of the cascade: " + UPDATE : ""));
        }
        return name;
    }

    static List<String> budgetsOf(Manifest manifest, Artifact artifact) {
        Set<String> programs = new HashSet<String>();
        for (Program program : artifact.programs) {
            programs.add(program.budget);
        }
        List<String> names = new ArrayList<String>();
        for (Budget budget : manifest.budgets) {
            if (programs.contains(budget.name)) {
                names.add(budget.name);
            }
        }
        return names;
    }

    static List<String> cascadesOf(Manifest manifest, Artifact artifact) {
        Set<String> have = new HashSet<String>(budgetsOf(manifest, artifact));
        Set<String> stages = new HashSet<String>();
        for (Program stage : artifact.stages) {
            stages.add(stage.budget + "-" + stage.last);
        }
        List<String> names = new ArrayList<String>();
        for (CascadeEntry cascade : manifest.cascades) {
            boolean canAnswer = true;
            for (TierEntry tier : cascade.tiers) {
                canAnswer &= !tier.runsBudget() || have.contains(tier.budget);
                canAnswer &= !tier.kind.equals("stage") || stages.contains(tier.name());
            }
            if (canAnswer) {
                names.add(cascade.name);
            }
        }
        return names;
    }

    private static int rank(Artifact artifact) {
        return Artifact.PRECISIONS.indexOf(artifact.precision);
    }

    private static String unknown(Manifest manifest) {
        if (manifest.unknown.isEmpty()) {
            return "";
        }
        List<String> keys = new ArrayList<String>();
        for (UnknownArtifact artifact : manifest.unknown) {
            keys.add(artifact.key());
        }
        return "; this runtime does not know " + Quoted.list(keys) + ": " + UPDATE;
    }
}
