package edgepower.runtime.profiler;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Locale;

/** The repository's tiny bundles, and copies of them with another manifest under a new seal. */
public final class TinyBundle {
    private TinyBundle() {}

    /** A bundle of the repository, which nobody changes. */
    public static File named(String name) {
        return new File(System.getProperty("edgepower.repository"), "tests/data/" + name);
    }

    /** Copies a bundle with one place of its manifest replaced. */
    public static File edited(String name, File target, String place, String replacement) throws IOException {
        copy(named(name), target);
        File manifest = new File(target, "bundle.json");
        String text = read(manifest);
        if (!text.contains(place)) {
            throw new IOException("the manifest has no " + place);
        }
        String edited = text.substring(0, text.indexOf(place)) + replacement
                + text.substring(text.indexOf(place) + place.length());
        write(manifest, edited);
        write(new File(target, "bundle.json.sha256"), sha256(edited) + "  bundle.json\n");
        return target;
    }

    /** Copies a bundle and gives it cascades, as section 12 of BUNDLE.md writes them. */
    public static File withCascades(String name, File target, String cascades) throws IOException {
        return edited(name, target, "{", "{\"cascades\":" + cascades + ",");
    }

    /** The sha256 of a text's UTF-8. */
    public static String sha256(String text) throws IOException {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            StringBuilder found = new StringBuilder();
            for (byte part : digest) {
                found.append(String.format(Locale.ROOT, "%02x", part));
            }
            return found.toString();
        } catch (NoSuchAlgorithmException error) {
            throw new IOException(error);
        }
    }

    /** A file's text. */
    public static String read(File file) throws IOException {
        try (FileInputStream stream = new FileInputStream(file)) {
            ByteArrayOutputStream read = new ByteArrayOutputStream();
            byte[] part = new byte[65536];
            for (int count = stream.read(part); count > 0; count = stream.read(part)) {
                read.write(part, 0, count);
            }
            return new String(read.toByteArray(), StandardCharsets.UTF_8);
        }
    }

    private static void copy(File from, File target) throws IOException {
        if (from.isDirectory()) {
            target.mkdirs();
            for (String name : from.list()) {
                copy(new File(from, name), new File(target, name));
            }
            return;
        }
        try (FileInputStream in = new FileInputStream(from);
                FileOutputStream out = new FileOutputStream(target)) {
            byte[] part = new byte[65536];
            for (int count = in.read(part); count > 0; count = in.read(part)) {
                out.write(part, 0, count);
            }
        }
    }

    private static void write(File file, String text) throws IOException {
        try (FileOutputStream out = new FileOutputStream(file)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
    }
}
