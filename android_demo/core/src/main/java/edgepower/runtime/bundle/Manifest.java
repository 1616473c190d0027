package edgepower.runtime.bundle;

import edgepower.runtime.bundle.checks.Bounds;
import edgepower.runtime.bundle.checks.ForPeople;
import edgepower.runtime.bundle.checks.ManifestChecks;
import edgepower.runtime.bundle.checks.Versioned;
import edgepower.runtime.json.JsonNode;
import edgepower.runtime.retention.RetentionConfig;
import edgepower.runtime.text.TokenizerEntry;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The whole of bundle.json, checked (BUNDLE.md, section 3); immutable. */
public final class Manifest {
    /** Its name. */
    public static final String FILE = "bundle.json";

    /** The tokenizer's. */
    public static final String TOKENIZER_FILE = "tokenizer.json";

    /** That of the examples with known answers. */
    public static final String GOLDEN_FILE = "golden.json";

    private static final int NEWEST = 1;

    /** Of the model. */
    public final String name;

    /** The family, such as bert. */
    public final String architecture;

    /** classification, regression or multi_label_classification. */
    public final String task;

    /** In the order of the logits; empty for a regression. */
    public final List<String> labels;

    /** Of a multi-label model, the probability above which a text has a label; NaN for other tasks. */
    public final double threshold;

    /** The longest length of a configuration: a text of more tokens is cut, whatever the budget. */
    public final int maxLength;

    /** What tokenizer.json does not say by itself. */
    public final TokenizerEntry tokenizer;

    /** Those that belong to no artifact. */
    public final List<FileEntry> files;

    /** The first is the default. */
    public final List<Budget> budgets;

    /** One for each engine and precision that the format knows, of engines that do not run here too. */
    public final List<Artifact> artifacts;

    /** The other artifacts. */
    public final List<UnknownArtifact> unknown;

    /** Those of which this runtime knows every tier. */
    public final List<CascadeEntry> cascades;

    /** The names of the others. */
    public final List<String> unknownCascades;

    /** The program that made the bundle. */
    public final String createdBy;

    private Manifest(JsonNode node) {
        task = node.get("task").choice("classification", "regression", "multi_label_classification");
        threshold = readThreshold(node, task);
        List<Artifact> known = new ArrayList<Artifact>();
        List<UnknownArtifact> others = new ArrayList<UnknownArtifact>();
        readArtifacts(node.get("artifacts"), known, others);
        artifacts = Collections.unmodifiableList(known);
        unknown = Collections.unmodifiableList(others);
        List<CascadeEntry> knownCascades = new ArrayList<CascadeEntry>();
        List<String> otherCascades = new ArrayList<String>();
        readCascades(node.optional("cascades"), knownCascades, otherCascades);
        cascades = Collections.unmodifiableList(knownCascades);
        unknownCascades = Collections.unmodifiableList(otherCascades);
        name = node.get("name").string();
        architecture = node.get("architecture").string();
        labels = readLabels(node.get("labels"));
        maxLength = (int) Math.min(Integer.MAX_VALUE, node.get("max_length").integer(1, JsonNode.LARGEST));
        tokenizer = readTokenizer(node.get("tokenizer"));
        files = FileEntry.readAll(node.get("files"));
        budgets = readBudgets(node.get("budgets"));
        ForPeople.checkStrings(node.get("versions"));
        createdBy = node.get("created_by").string();
    }

    /**
     * Reads and checks a manifest.
     *
     * @param data the content of bundle.json
     * @throws edgepower.runtime.BundleException it is newer than this runtime, malformed, or contradicts itself; the
     *     message names the place
     */
    public static Manifest read(byte[] data) {
        JsonNode node = Versioned.parse(data, FILE, NEWEST);
        Manifest manifest = new Manifest(node);
        ManifestChecks.check(manifest, node);
        return manifest;
    }

    /** Finds a budget by its name; null where there is none. */
    public Budget budget(String wanted) {
        for (Budget budget : budgets) {
            if (budget.name.equals(wanted)) {
                return budget;
            }
        }
        return null;
    }

    /** Finds a cascade by its name; null where there is none that this runtime knows. */
    public CascadeEntry cascade(String wanted) {
        for (CascadeEntry cascade : cascades) {
            if (cascade.name.equals(wanted)) {
                return cascade;
            }
        }
        return null;
    }

    /** Values that a program gives: one for each label, or one for a regression. */
    public int numLogits() {
        return task.equals("regression") ? 1 : labels.size();
    }

    /**
     * What a program keeps of a text, a stage its part.
     *
     * @param program of one of its artifacts
     * @param numTokens of the text; a program of any length runs it without padding
     */
    public RetentionConfig retentionAt(Program program, int numTokens) {
        Budget budget = budget(program.budget);
        if (program.anyLength) {
            return budget.schedule.at(numTokens);
        }
        return budget.at(program.length).retention.part(program.first, program.last);
    }

    private static double readThreshold(JsonNode node, String task) {
        if (!task.equals("multi_label_classification")) {
            JsonNode given = node.optional("threshold");
            if (given != null) {
                throw given.wrong("null, since the task is " + task);
            }
            return Double.NaN;
        }
        double threshold = node.get("threshold").number();
        if (!(threshold > 0 && threshold < 1)) {
            throw node.get("threshold").wrong("a number above 0 and below 1");
        }
        return threshold;
    }

    private static void readArtifacts(JsonNode node, List<Artifact> known, List<UnknownArtifact> others) {
        for (JsonNode item : node.items()) {
            if (Artifact.isKnown(item)) {
                known.add(new Artifact(item));
            } else {
                others.add(new UnknownArtifact(item));
            }
        }
    }

    private static void readCascades(JsonNode node, List<CascadeEntry> known, List<String> others) {
        if (node == null) {
            return;
        }
        for (JsonNode item : node.items(Bounds.CASCADES)) {
            if (CascadeEntry.isKnown(item)) {
                known.add(new CascadeEntry(item));
            } else {
                others.add(item.get("name").string());
            }
        }
    }

    private static List<String> readLabels(JsonNode node) {
        List<String> labels = new ArrayList<String>();
        for (JsonNode item : node.items(Bounds.LABELS)) {
            labels.add(item.string());
        }
        return Collections.unmodifiableList(labels);
    }

    private static TokenizerEntry readTokenizer(JsonNode node) {
        // Engines take ids as int32: a larger one would come out as another token.
        int padId = (int) node.get("pad_id").integer(0, Integer.MAX_VALUE);
        boolean hasTokenTypes = node.get("has_token_types").bool();
        boolean isLeft = node.get("truncation_side").choice("right", "left").equals("left");
        return new TokenizerEntry(padId, hasTokenTypes, isLeft, node.get("split_special_tokens").bool());
    }

    private static List<Budget> readBudgets(JsonNode node) {
        List<Budget> budgets = new ArrayList<Budget>();
        for (JsonNode item : node.items(Bounds.BUDGETS)) {
            budgets.add(Budget.read(item));
        }
        return Collections.unmodifiableList(budgets);
    }
}
