package edgepower.runtime.profiler.machine;

import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** A machine's system files, laid out in a folder. */
final class FakeRoot {
    final File folder;

    FakeRoot(File folder) {
        this.folder = folder;
    }

    FakeRoot put(String path, String text) throws IOException {
        File file = new File(folder, path);
        file.getParentFile().mkdirs();
        try (FileOutputStream stream = new FileOutputStream(file)) {
            stream.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return this;
    }

    SystemFiles files() {
        return new SystemFiles(folder);
    }
}
