package edgepower.runtime.bundle.checks;

import edgepower.runtime.BundleException;
import java.io.File;
import java.nio.charset.Charset;

/** bundle.json.sha256: the manifest's own digest, in a form that {@code sha256sum -c} checks (BUNDLE.md, 1 and 2). */
public final class Seal {
    /** Its name. */
    public static final String FILE = "bundle.json.sha256";

    /** What is read of the file at most: a byte more than a seal has, which shows that it is none. */
    public static final int BYTES = 64 + 2 + "bundle.json".length() + 1 + 1;

    private static final String AFTER_AN_EDIT =
        "after an edit of your own run there: sha256sum bundle.json > bundle.json.sha256";

    private Seal() {
    }

    /**
     * Compares bundle.json with its seal, before anything that it says is believed.
     *
     * @param directory of the bundle, for messages
     * @param found the sha256 of bundle.json
     * @param seal the content of bundle.json.sha256
     * @throws BundleException the seal is malformed or another's
     */
    public static void check(File directory, String found, byte[] seal) {
        String text = new String(seal, Charset.forName("ISO-8859-1"));
        if (!text.matches("[0-9a-f]{64}  bundle\\.json\\n")) {
            throw new BundleException(FILE + " in the bundle " + directory + " must be 64 lower-case hexadecimal "
                + "digits, two blanks, bundle.json and a line feed; copy the bundle again, or " + AFTER_AN_EDIT);
        }
        String expected = text.substring(0, 64);
        if (!found.equals(expected)) {
            throw new BundleException("bundle.json in the bundle " + directory + " has the sha256 " + found + ", "
                + FILE + " says " + expected + "; one of them is damaged or altered: copy the bundle again, or "
                + AFTER_AN_EDIT);
        }
    }
}
