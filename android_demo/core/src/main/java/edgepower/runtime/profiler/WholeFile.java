package edgepower.runtime.profiler;

import edgepower.runtime.EdgePowerException;
import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Writes a file beside its place and renames it, so that a reader sees the old one, all of the new one, or none. */
final class WholeFile {
    private WholeFile() {}

    /**
     * Writes text as UTF-8.
     *
     * @throws EdgePowerException the disk is full, or the place cannot be written to
     */
    static void write(File file, String text) {
        File partial = new File(file.getPath() + ".partial");
        try (FileOutputStream stream = new FileOutputStream(partial)) {
            stream.write(text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException error) {
            partial.delete();
            throw new EdgePowerException("cannot write " + file + ": " + error.getMessage(), error);
        }
        if (!partial.renameTo(file)) {
            partial.delete();
            throw new EdgePowerException("cannot write " + file + ": it cannot be replaced");
        }
    }
}
