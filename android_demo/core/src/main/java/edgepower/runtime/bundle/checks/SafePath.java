package edgepower.runtime.bundle.checks;

import edgepower.runtime.BundleException;
import edgepower.runtime.json.JsonNode;
import java.io.File;
import java.io.IOException;

/** Names of files inside a bundle: which are allowed, and where they lie on disk (BUNDLE.md, section 2). */
public final class SafePath {
    private SafePath() {
    }

    /** Reads a path of a manifest, which must stay inside the bundle on every operating system. */
    public static String read(JsonNode node) {
        String path = node.string(Bounds.PATH_CHARACTERS);
        String reason = unsafeReason(path);
        if (reason != null) {
            throw node.wrong("a relative POSIX path inside the bundle (this one " + reason + ")");
        }
        return path;
    }

    /** Says why a name may not be a path in a manifest; null when it may. */
    static String unsafeReason(String name) {
        if (name.isEmpty()) {
            return "is empty";
        }
        if (name.indexOf('\0') >= 0) {
            return "holds a NUL character";
        }
        if (name.indexOf('\\') >= 0) {
            return "holds a backslash";
        }
        if (name.startsWith("/")) {
            return "is absolute";
        }
        if (name.matches("(?s)[A-Za-z]:.*")) {
            return "starts with a drive";
        }
        for (String part : name.split("/", -1)) {
            if (part.isEmpty() || part.equals(".") || part.equals("..")) {
                return "has an empty, '.' or '..' part";
            }
        }
        return null;
    }

    /**
     * Finds a regular file of a bundle, links followed.
     *
     * @param bundle the bundle's directory
     * @param name a path as a manifest gives it, which was checked when it was read
     * @throws BundleException nothing is there, it is no regular file, or it lies outside the bundle
     */
    public static File resolve(File bundle, String name) {
        File real;
        String root;
        try {
            root = bundle.getCanonicalPath();
            real = new File(root, name).getCanonicalFile();
        } catch (IOException error) {
            throw new BundleException(
                "cannot read " + name + " in the bundle " + bundle + ": " + error.getMessage(), error);
        }
        if (!real.getPath().startsWith(root.endsWith(File.separator) ? root : root + File.separator)) {
            throw new BundleException(name + " in " + bundle + " leads out of the bundle, to " + real
                + "; copy the bundle with its links followed (cp -RL)");
        }
        if (!real.exists()) {
            throw new BundleException(
                name + " is missing in the bundle " + bundle + "; copy the bundle again, whole");
        }
        if (!real.isFile()) {
            throw new BundleException(name + " in the bundle " + bundle + " is not a regular file");
        }
        return real;
    }
}
