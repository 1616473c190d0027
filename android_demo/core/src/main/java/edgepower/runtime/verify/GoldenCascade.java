package edgepower.runtime.verify;

import edgepower.runtime.json.JsonNode;

/** What a cascade gave for one text where it was put together (BUNDLE.md, section 8). */
public final class GoldenCascade {
    /** The name of the tier that answered. */
    public final String tier;

    private final double[] logits;

    GoldenCascade(JsonNode node) {
        tier = node.get("tier").string();
        logits = GoldenOutput.readNumbers(node.get("logits"));
    }

    /** One for each label; an array of the caller's own. */
    public double[] logits() {
        return logits.clone();
    }
}
