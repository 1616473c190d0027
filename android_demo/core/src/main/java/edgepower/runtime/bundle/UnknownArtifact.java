package edgepower.runtime.bundle;

import edgepower.runtime.json.JsonNode;
import java.util.List;

/** An artifact of an engine or a precision that this runtime does not know: passed over, its files listed. */
public final class UnknownArtifact {
    /** As the manifest calls it. */
    public final String engine;

    /** Likewise. */
    public final String precision;

    /** What must be shipped for it. */
    public final List<FileEntry> files;

    UnknownArtifact(JsonNode node) {
        engine = node.get("engine").string();
        precision = node.get("precision").string();
        files = FileEntry.readAll(node.get("files"));
    }

    /** Engine and precision, as messages name it. */
    public String key() {
        return engine + " " + precision;
    }
}
