package edgepower.runtime.bundle.checks;

import edgepower.runtime.bundle.Artifact;
import edgepower.runtime.bundle.Budget;
import edgepower.runtime.bundle.Configuration;
import edgepower.runtime.bundle.FileEntry;
import edgepower.runtime.bundle.Manifest;
import edgepower.runtime.bundle.UnknownArtifact;
import edgepower.runtime.json.JsonNode;
import java.util.Iterator;
import java.util.List;

/**
 * Whether the parts of a manifest fit together: what no part can tell by itself (BUNDLE.md, section 3).
 *
 * <p>Each check looks at each part once: a manifest of thousands of parts is read in seconds.
 */
public final class ManifestChecks {
    private ManifestChecks() {
    }

    /**
     * Checks a manifest that was read from {@code node}.
     *
     * @throws edgepower.runtime.BundleException two parts contradict each other; the message names the place
     */
    public static void check(Manifest manifest, JsonNode node) {
        checkLabels(manifest, node.get("labels"));
        checkFiles(manifest.files, node.get("files"));
        if (!lists(manifest.files, Manifest.TOKENIZER_FILE)) {
            throw node.get("files").wrong("a list with " + Manifest.TOKENIZER_FILE);
        }
        checkBudgets(manifest, node);
        JsonNode artifacts = node.get("artifacts");
        checkPairs(manifest, artifacts);
        ArtifactChecks checks = new ArtifactChecks(manifest);
        Iterator<Artifact> known = manifest.artifacts.iterator();
        Iterator<UnknownArtifact> unknown = manifest.unknown.iterator();
        for (JsonNode place : artifacts.items()) {
            // Each artifact stands in one of the two lists, in the order of the document.
            if (Artifact.isKnown(place)) {
                checks.check(known.next(), place);
            } else {
                checkFiles(unknown.next().files, place.get("files"));
            }
        }
        CascadeChecks.check(manifest, node);
    }

    /** Refuses a list of files that has one twice: it would be hashed again. */
    static void checkFiles(List<FileEntry> files, JsonNode node) {
        Unique unique = new Unique(node, "paths");
        for (FileEntry file : files) {
            unique.add(file.path);
        }
    }

    static boolean lists(List<FileEntry> files, String path) {
        for (FileEntry file : files) {
            if (file.path.equals(path)) {
                return true;
            }
        }
        return false;
    }

    private static void checkLabels(Manifest manifest, JsonNode node) {
        if (manifest.task.equals("regression")) {
            if (!manifest.labels.isEmpty()) {
                throw node.wrong("empty, since the task is regression");
            }
        } else if (manifest.labels.size() < 2 || manifest.labels.contains("")) {
            throw node.wrong("two or more non-empty strings, since the task is " + manifest.task);
        }
    }

    private static void checkBudgets(Manifest manifest, JsonNode node) {
        JsonNode budgets = node.get("budgets");
        Unique names = new Unique(budgets, "budget names");
        for (Budget budget : manifest.budgets) {
            names.add(budget.name);
        }
        int longest = 0;
        Iterator<JsonNode> places = budgets.items().iterator();
        for (Budget budget : manifest.budgets) {
            Unique lengths = new Unique(places.next().get("configurations"), "lengths");
            for (Configuration configuration : budget.configurations) {
                lengths.addShown(Integer.toString(configuration.length));
                longest = Math.max(longest, configuration.length);
            }
        }
        if (longest > 0 && manifest.maxLength != longest) {
            throw node.get("max_length").wrong(longest + ", the longest length of a configuration");
        }
    }

    private static void checkPairs(Manifest manifest, JsonNode node) {
        Unique pairs = new Unique(node, "pairs of engine and precision");
        for (Artifact artifact : manifest.artifacts) {
            pairs.addShown(pair(artifact.engine, artifact.precision));
        }
        for (UnknownArtifact artifact : manifest.unknown) {
            pairs.addShown(pair(artifact.engine, artifact.precision));
        }
    }

    private static String pair(String engine, String precision) {
        return "(" + Quoted.of(engine) + ", " + Quoted.of(precision) + ")";
    }
}
