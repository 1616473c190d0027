package edgepower.runtime.bundle;

import edgepower.runtime.bundle.checks.Bounds;
import edgepower.runtime.bundle.checks.SafePath;
import edgepower.runtime.json.JsonNode;
import java.util.Arrays;

/** One tier of a cascade as the manifest has it (BUNDLE.md, section 12). */
public final class TierEntry {
    private static final String[] KINDS = {"bag", "budget", "stage", "bundle"};

    /** bag, budget, stage or bundle. */
    public final String kind;

    /** Of a bag one of the bundle's own files, of a bundle its directory; else null. */
    public final String path;

    /** Of a budget or stage a name of the manifest; of a bundle one of that, or null for its first; else null. */
    public final String budget;

    /** Of a stage the encoder that it ends with, counted from 1; else 0. */
    public final int last;

    /** Above 0; divides the logits before the confidence is taken. */
    public final double temperature;

    /** In (1/labels, 1]; NaN in the last tier. */
    public final double threshold;

    TierEntry(JsonNode node) {
        kind = node.get("kind").choice(KINDS);
        path = kind.equals("bag") ? SafePath.read(node.get("file"))
            : kind.equals("bundle") ? SafePath.read(node.get("path")) : null;
        JsonNode named = runsBudget() ? node.get("budget") : kind.equals("bundle") ? node.nullable("budget") : null;
        budget = named == null ? null : named.string();
        last = kind.equals("stage") ? (int) node.get("last").integer(1, Bounds.ENCODERS) : 0;
        temperature = node.get("temperature").number();
        if (temperature <= 0) {
            throw node.get("temperature").wrong("a number above 0");
        }
        JsonNode least = node.nullable("threshold");
        threshold = least == null ? Double.NaN : least.number();
    }

    /** Whether this runtime knows the kind of a tier that is yet to be read. */
    static boolean isKnown(JsonNode node) {
        return Arrays.asList(KINDS).contains(node.get("kind").string());
    }

    /** What the tier is called in answers and messages. */
    public String name() {
        switch (kind) {
            case "bag":
                return kind;
            case "budget":
                return budget;
            case "stage":
                return budget + "-" + last;
            default:
                return budget == null ? path : path + ":" + budget;
        }
    }

    /** Whether it runs programs of a budget of the same bundle. */
    public boolean runsBudget() {
        return kind.equals("budget") || kind.equals("stage");
    }
}
