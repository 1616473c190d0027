package edgepower.demo;

import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** The repository's files, for tests. */
public final class Repository {
    private static final File ROOT = new File(System.getProperty("edgepower.repository"));

    private Repository() {}

    /** A file or folder of the repository. */
    public static File file(String path) {
        return new File(ROOT, path);
    }

    /** Copies a file or a folder. */
    public static void copy(File from, File to) throws IOException {
        String[] names = from.list();
        if (names != null) {
            to.mkdirs();
            for (String name : names) {
                copy(new File(from, name), new File(to, name));
            }
            return;
        }
        try (InputStream source = new FileInputStream(from); OutputStream target = new FileOutputStream(to)) {
            byte[] block = new byte[1 << 16];
            for (int got = source.read(block); got > 0; got = source.read(block)) {
                target.write(block, 0, got);
            }
        }
    }
}
