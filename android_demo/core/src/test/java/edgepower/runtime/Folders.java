package edgepower.runtime;

import edgepower.runtime.bundle.checks.Digest;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.Assume;

/** Where tests find bundles, and how they change copies of them. */
public final class Folders {
    private Folders() {
    }

    /** A bundle that is committed: tiny-bundle, tiny-int8 or tiny-stages; read only. */
    public static File committed(String name) {
        return new File(System.getProperty("edgepower.repository"), "tests/data/" + name);
    }

    /** The folder that tests/android/bundles.py filled; without it the test is skipped. */
    public static File made() {
        String folder = System.getProperty("edgepower.bundles");
        Assume.assumeTrue("-Dedgepower.bundles names what tests/android/bundles.py made", folder != null);
        return new File(folder);
    }

    /** The files of {@link #made} whose names end so, at least one. */
    public static List<File> made(String ending) {
        List<File> found = new ArrayList<File>();
        File[] files = made().listFiles();
        Arrays.sort(files);
        for (File file : files) {
            if (file.getName().endsWith(ending)) {
                found.add(file);
            }
        }
        Assume.assumeFalse(found.isEmpty());
        return found;
    }

    /** Copies a folder with all that is in it, and gives the copy. */
    public static File copy(File folder, File target) throws IOException {
        if (folder.isDirectory()) {
            target.mkdirs();
            for (String name : folder.list()) {
                copy(new File(folder, name), new File(target, name));
            }
        } else {
            write(target, read(folder));
        }
        return target;
    }

    /** Reads a file. */
    public static byte[] read(File file) throws IOException {
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        try (InputStream stream = new FileInputStream(file)) {
            byte[] chunk = new byte[1 << 16];
            for (int size = stream.read(chunk); size >= 0; size = stream.read(chunk)) {
                data.write(chunk, 0, size);
            }
        }
        return data.toByteArray();
    }

    /** Writes a file. */
    public static void write(File file, byte[] data) throws IOException {
        try (FileOutputStream stream = new FileOutputStream(file)) {
            stream.write(data);
        }
    }

    /** Reads a file as text. */
    public static String text(File file) throws IOException {
        return new String(read(file), StandardCharsets.UTF_8);
    }

    /** Changes the manifest of a bundle by a regular expression, which must be there, and seals it anew. */
    public static void change(File bundle, String pattern, String replacement) throws IOException {
        String before = text(new File(bundle, "bundle.json"));
        String after = before.replaceFirst(pattern, replacement);
        if (after.equals(before)) {
            throw new AssertionError("nothing to change: " + pattern);
        }
        seal(bundle, after);
    }

    /** Writes a manifest and its seal. */
    public static void seal(File bundle, String manifest) throws IOException {
        byte[] data = manifest.getBytes(StandardCharsets.UTF_8);
        write(new File(bundle, "bundle.json"), data);
        String seal = Digest.of(data) + "  bundle.json\n";
        write(new File(bundle, "bundle.json.sha256"), seal.getBytes(StandardCharsets.US_ASCII));
    }

    /** Writes a file that the manifest lists, and tells the manifest its size and digest. */
    public static void replaceListed(File bundle, String name, byte[] data) throws IOException {
        write(new File(bundle, name), data);
        String entry = "(\"path\": \"" + Pattern.quote(name) + "\",\\s*\"size_bytes\": )\\d+"
            + "(,\\s*\"sha256\": \")[0-9a-f]{64}";
        change(bundle, entry, "$1" + data.length + "$2" + Digest.of(data));
    }
}
