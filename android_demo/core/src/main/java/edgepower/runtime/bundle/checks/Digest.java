package edgepower.runtime.bundle.checks;

import edgepower.runtime.BundleException;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Reads files of a bundle, with a bound, and their sha256. */
public final class Digest {
    private static final int CHUNK = 1 << 16;

    private Digest() {
    }

    /** Gives the sha256 of some bytes as 64 lower-case hexadecimal digits. */
    public static String of(byte[] data) {
        return hexadecimal(sha256().digest(data));
    }

    /**
     * Gives the sha256 of a file's content.
     *
     * @throws BundleException it cannot be read
     */
    public static String of(File file) {
        MessageDigest digest = sha256();
        byte[] chunk = new byte[CHUNK];
        try (InputStream stream = new FileInputStream(file)) {
            for (int size = stream.read(chunk); size >= 0; size = stream.read(chunk)) {
                digest.update(chunk, 0, size);
            }
        } catch (IOException error) {
            throw unreadable(file, error);
        }
        return hexadecimal(digest.digest());
    }

    /**
     * Reads a file, or its first {@code most} bytes.
     *
     * @throws BundleException it cannot be read
     */
    public static byte[] read(File file, int most) {
        ByteArrayOutputStream data = new ByteArrayOutputStream((int) Math.min(most, Math.max(32, file.length())));
        byte[] chunk = new byte[CHUNK];
        try (InputStream stream = new FileInputStream(file)) {
            int size = stream.read(chunk, 0, Math.min(CHUNK, most));
            while (size > 0) {
                data.write(chunk, 0, size);
                size = stream.read(chunk, 0, Math.min(CHUNK, most - data.size()));
            }
        } catch (IOException error) {
            throw unreadable(file, error);
        }
        return data.toByteArray();
    }

    private static BundleException unreadable(File file, IOException error) {
        return new BundleException("cannot read " + file + ": " + error.getMessage(), error);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException error) {
            throw new AssertionError(error); // every Java and every Android has it
        }
    }

    private static String hexadecimal(byte[] digest) {
        StringBuilder digits = new StringBuilder(2 * digest.length);
        for (byte value : digest) {
            digits.append(Character.forDigit(value >> 4 & 15, 16)).append(Character.forDigit(value & 15, 16));
        }
        return digits.toString();
    }
}
