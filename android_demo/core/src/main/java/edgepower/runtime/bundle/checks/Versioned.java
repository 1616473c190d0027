package edgepower.runtime.bundle.checks;

import edgepower.runtime.BundleException;
import edgepower.runtime.json.Json;
import edgepower.runtime.json.JsonNode;

/** Documents that say in {@code schema_version} how they are written (BUNDLE.md, section 9). */
public final class Versioned {
    private Versioned() {
    }

    /**
     * Parses a document, and refuses a newer one before anything else in it is looked at.
     *
     * @param document the file's name, for messages
     * @param newest format that this runtime reads
     * @throws BundleException it is newer, or no JSON, or there is no version
     */
    public static JsonNode parse(byte[] data, String document, int newest) {
        JsonNode node = Json.parse(data, document);
        long version = node.get("schema_version").integer(1, JsonNode.LARGEST);
        if (version > newest) {
            throw new BundleException(document + " has schema_version " + version + ", this runtime reads up to "
                + newest + "; update the edge-power library of this app");
        }
        return node;
    }
}
