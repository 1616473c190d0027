package edgepower.runtime.bundle;

import edgepower.runtime.bundle.checks.Bounds;
import edgepower.runtime.bundle.checks.SafePath;
import edgepower.runtime.json.JsonNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A file of the bundle as its manifest lists it (BUNDLE.md, section 3). */
public final class FileEntry {
    /** Relative to the bundle and inside it, with {@code /}. */
    public final String path;

    /** Its length. */
    public final long sizeBytes;

    /** Of its content, 64 lower-case hexadecimal digits. */
    public final String sha256;

    private FileEntry(String path, long sizeBytes, String sha256) {
        this.path = path;
        this.sizeBytes = sizeBytes;
        this.sha256 = sha256;
    }

    /** Reads all files of a list. */
    static List<FileEntry> readAll(JsonNode node) {
        List<FileEntry> files = new ArrayList<FileEntry>();
        for (JsonNode item : node.items(Bounds.FILES)) {
            files.add(read(item));
        }
        return Collections.unmodifiableList(files);
    }

    private static FileEntry read(JsonNode node) {
        String path = SafePath.read(node.get("path"));
        long sizeBytes = node.get("size_bytes").integer(0, JsonNode.LARGEST);
        String sha256 = node.get("sha256").string();
        if (!sha256.matches("[0-9a-f]{64}")) {
            throw node.get("sha256").wrong("64 lower-case hexadecimal digits");
        }
        return new FileEntry(path, sizeBytes, sha256);
    }
}
