package edgepower.runtime.bundle;

import edgepower.runtime.BundleException;
import edgepower.runtime.InputException;
import edgepower.runtime.bundle.checks.Bounds;
import edgepower.runtime.bundle.checks.Digest;
import edgepower.runtime.bundle.checks.Quoted;
import edgepower.runtime.bundle.checks.SafePath;
import edgepower.runtime.bundle.checks.Seal;
import java.io.File;
import java.util.List;

/** A bundle on disk, opened: its manifest, its files, and the artifact to run. Immutable. */
public final class Bundle {
    /** Its directory. */
    public final File path;

    /** What bundle.json says, checked. */
    public final Manifest manifest;

    /** Of bundle.json, 64 lower-case hexadecimal digits. */
    public final String manifestSha256;

    private Bundle(File path, Manifest manifest, String manifestSha256) {
        this.path = path;
        this.manifest = manifest;
        this.manifestSha256 = manifestSha256;
    }

    /**
     * Reads the manifest of the bundle in a directory, and its seal; no other file is touched.
     *
     * @throws InputException it is no directory
     * @throws BundleException bundle.json is missing, malformed, newer, or not what its seal says
     */
    public static Bundle open(File path) {
        if (!path.isDirectory()) {
            throw new InputException("expected the directory of a bundle at " + Quoted.of(path.getPath()) + ", found "
                + (path.exists() ? "a file" : "nothing"));
        }
        byte[] data = Digest.read(SafePath.resolve(path, Manifest.FILE), Bounds.MANIFEST_BYTES + 1);
        if (data.length > Bounds.MANIFEST_BYTES) {
            throw new BundleException(new File(path, Manifest.FILE) + " must have at most " + Bounds.MANIFEST_BYTES
                + " bytes, has more");
        }
        String sha256 = Digest.of(data);
        Seal.check(path, sha256, Digest.read(SafePath.resolve(path, Seal.FILE), Seal.BYTES));
        return new Bundle(path, Manifest.read(data), sha256);
    }

    /**
     * Chooses an artifact that ONNX Runtime runs.
     *
     * @param precision fp32, fp16 or int8; null takes the first there is, in this order
     * @throws BundleException the bundle has no artifact for ONNX Runtime
     * @throws InputException it has none of this precision; the message lists those that it has
     */
    public Artifact artifact(String precision) {
        return Choices.artifact(this, precision);
    }

    /** Chooses the artifact for whoever runs {@code other} of another bundle: of the same precision if there is one. */
    public Artifact artifactLike(Artifact other) {
        for (Artifact artifact : manifest.artifacts) {
            if (artifact.engine.equals(other.engine) && artifact.precision.equals(other.precision)) {
                return artifact;
            }
        }
        return artifact(null);
    }

    /**
     * Chooses a budget or a cascade of an artifact.
     *
     * @param name null takes the manifest's first cascade that the artifact can answer by, else its first budget
     * @throws InputException the artifact has no such budget or cascade; the message lists those that it has
     */
    public String chooseBudget(Artifact artifact, String name) {
        List<String> have = cascadesOf(artifact);
        have.addAll(budgetsOf(artifact));
        return Choices.budget(this, artifact, name, have);
    }

    /**
     * Chooses a budget of an artifact.
     *
     * @param name null takes the manifest's first that the artifact has
     * @throws InputException the artifact has no such budget; the message lists those that it has
     */
    public String choosePlainBudget(Artifact artifact, String name) {
        return Choices.budget(this, artifact, name, budgetsOf(artifact));
    }

    /** The budget whose programs stand for {@code name}: itself, or of a cascade that of its last tier. */
    public String plainBudget(Artifact artifact, String name) {
        CascadeEntry cascade = manifest.cascade(name);
        if (cascade == null) {
            return name;
        }
        TierEntry last = cascade.lastTier();
        return last.runsBudget() ? last.budget : choosePlainBudget(artifact, null);
    }

    /** The budgets that an artifact has programs of, in the manifest's order; a list of the caller's own. */
    public List<String> budgetsOf(Artifact artifact) {
        return Choices.budgetsOf(manifest, artifact);
    }

    /** The cascades of whose every budget and stage an artifact has programs; a list of the caller's own. */
    public List<String> cascadesOf(Artifact artifact) {
        return Choices.cascadesOf(manifest, artifact);
    }

    /**
     * Opens a bundle that lies in a directory of this one, and lists its manifest among this one's files.
     *
     * @throws BundleException it is missing, altered or malformed
     */
    public Bundle inside(String directory) {
        read(directory + "/" + Manifest.FILE, Bounds.MANIFEST_BYTES);
        return open(new File(path, directory));
    }

    /**
     * Finds a file of the bundle, links followed.
     *
     * @throws BundleException it is missing, no regular file, or outside the bundle
     */
    public File resolve(String entryPath) {
        return SafePath.resolve(path, entryPath);
    }

    /**
     * Gives the content of a file that the manifest lists outside the artifacts, which is what its digest says.
     *
     * @param most bytes that it may have
     * @throws BundleException it is not listed, larger, missing or altered
     */
    public byte[] read(String entryPath, int most) {
        FileEntry entry = ownFile(entryPath);
        if (entry.sizeBytes > most) {
            throw new BundleException(entryPath + " must have at most " + most + " bytes, has " + entry.sizeBytes);
        }
        File file = resolve(entryPath);
        expect(entry.path, "size in bytes", Long.toString(file.length()), Long.toString(entry.sizeBytes));
        byte[] data = Digest.read(file, most);
        expect(entry.path, "sha256", Digest.of(data), entry.sha256);
        return data;
    }

    /**
     * Compares the size, then the sha256 of each file with its entry.
     *
     * @throws BundleException a file is missing or altered
     */
    public void check(Iterable<FileEntry> files) {
        for (FileEntry entry : files) {
            File file = resolve(entry.path);
            expect(entry.path, "size in bytes", Long.toString(file.length()), Long.toString(entry.sizeBytes));
            expect(entry.path, "sha256", Digest.of(file), entry.sha256);
        }
    }

    private FileEntry ownFile(String entryPath) {
        StringBuilder listed = new StringBuilder();
        for (FileEntry entry : manifest.files) {
            if (entry.path.equals(entryPath)) {
                return entry;
            }
            listed.append(listed.length() == 0 ? "" : ", ").append(entry.path);
        }
        throw new BundleException(
            Manifest.FILE + " in " + path + " lists no " + entryPath + "; it lists: " + listed);
    }

    private void expect(String name, String what, String found, String expected) {
        if (!found.equals(expected)) {
            throw new BundleException(name + " in the bundle " + path + " has the " + what + " " + found + ", "
                + Manifest.FILE + " says " + expected + "; the file is damaged or altered: copy the bundle again");
        }
    }
}
