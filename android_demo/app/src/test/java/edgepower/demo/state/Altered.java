package edgepower.demo.state;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Bundles that were changed, with their digests made anew, so that the change itself is what a reader meets. */
final class Altered {
    private Altered() {}

    /** Replaces text in the manifest, wherever it stands, and renews the seal. */
    static void manifest(File bundle, String from, String to) throws IOException {
        File manifest = new File(bundle, "bundle.json");
        String text = text(manifest);
        String changed = text.replace(from, to);
        if (changed.equals(text)) {
            throw new AssertionError("bundle.json has no " + from);
        }
        write(manifest, changed);
        write(new File(bundle, "bundle.json.sha256"), digest(manifest) + "  bundle.json\n");
    }

    /** Replaces text in another file, of the same length, and renews its digest. */
    static void file(File bundle, String name, String from, String to) throws IOException {
        if (from.length() != to.length()) {
            throw new AssertionError("the size would change: " + from + ", " + to);
        }
        File file = new File(bundle, name);
        String before = digest(file);
        write(file, text(file).replace(from, to));
        manifest(bundle, before, digest(file));
    }

    static String text(File file) throws IOException {
        return new String(bytes(file), StandardCharsets.UTF_8);
    }

    private static void write(File file, String text) throws IOException {
        try (FileOutputStream to = new FileOutputStream(file)) {
            to.write(text.getBytes(StandardCharsets.UTF_8));
        }
    }

    private static byte[] bytes(File file) throws IOException {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        byte[] block = new byte[1 << 16];
        try (InputStream from = new FileInputStream(file)) {
            for (int got = from.read(block); got > 0; got = from.read(block)) {
                content.write(block, 0, got);
            }
        }
        return content.toByteArray();
    }

    private static String digest(File file) throws IOException {
        try {
            StringBuilder digits = new StringBuilder();
            for (byte one : MessageDigest.getInstance("SHA-256").digest(bytes(file))) {
                digits.append(String.format("%02x", one));
            }
            return digits.toString();
        } catch (NoSuchAlgorithmException error) {
            throw new AssertionError("every JVM has SHA-256", error);
        }
    }
}
