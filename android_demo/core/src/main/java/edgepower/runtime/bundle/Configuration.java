package edgepower.runtime.bundle;

import edgepower.runtime.bundle.checks.Bounds;
import edgepower.runtime.json.JsonNode;
import edgepower.runtime.retention.RetentionConfig;
import edgepower.runtime.retention.RetentionException;
import java.util.List;

/** A budget at one length (BUNDLE.md, section 3). */
public final class Configuration {
    /** Tokens that enter the first encoder. */
    public final int length;

    /** How many word-vectors each encoder passes on. */
    public final RetentionConfig retention;

    /** Multiply-adds of the program. */
    public final long macs;

    private Configuration(int length, RetentionConfig retention, long macs) {
        this.length = length;
        this.retention = retention;
        this.macs = macs;
    }

    /** Reads a configuration and checks that it is one. */
    static Configuration read(JsonNode node) {
        int length = (int) node.get("length").integer(1, Bounds.LENGTH);
        List<JsonNode> items = node.get("keep").items(Bounds.ENCODERS);
        int[] keep = new int[items.size()];
        for (int encoder = 0; encoder < keep.length; encoder++) {
            // What no int holds is more than any length, and refused as such.
            keep[encoder] = (int) Math.min(Integer.MAX_VALUE, items.get(encoder).integer(1, JsonNode.LARGEST));
        }
        long macs = node.get("macs").integer(0, JsonNode.LARGEST);
        try {
            return new Configuration(length, new RetentionConfig(length, keep), macs);
        } catch (RetentionException error) {
            throw node.get("keep").wrong("a retention configuration (" + error.getMessage() + ")");
        }
    }
}
