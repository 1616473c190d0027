package edgepower.runtime.verify;

import edgepower.runtime.BundleException;
import edgepower.runtime.bundle.Manifest;
import edgepower.runtime.bundle.checks.Bounds;
import edgepower.runtime.bundle.checks.Versioned;
import edgepower.runtime.json.JsonNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** golden.json: what the model said where the bundle was made (BUNDLE.md, section 8). */
public final class Golden {
    private static final int NEWEST = 1;

    private Golden() {
    }

    /**
     * Reads golden.json.
     *
     * @throws BundleException it is newer than this runtime, malformed, or more than a device should have to work
     *     through
     */
    public static List<GoldenExample> read(byte[] data) {
        if (data.length > Bounds.GOLDEN_BYTES) {
            throw new BundleException(Manifest.GOLDEN_FILE + " must have at most " + Bounds.GOLDEN_BYTES
                + " bytes, has " + data.length);
        }
        JsonNode node = Versioned.parse(data, Manifest.GOLDEN_FILE, NEWEST);
        List<GoldenExample> examples = new ArrayList<GoldenExample>();
        long characters = 0;
        for (JsonNode item : node.get("examples").items(Bounds.GOLDEN_EXAMPLES)) {
            GoldenExample example = new GoldenExample(item);
            examples.add(example);
            characters += size(example.text.first) + (example.text.second == null ? 0 : size(example.text.second));
        }
        if (characters > Bounds.GOLDEN_CHARACTERS) {
            throw new BundleException(Manifest.GOLDEN_FILE + ": the texts must have at most "
                + Bounds.GOLDEN_CHARACTERS + " characters together, found " + characters);
        }
        return Collections.unmodifiableList(examples);
    }

    private static int size(String text) {
        return text.codePointCount(0, text.length());
    }
}
