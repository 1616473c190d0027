package edgepower.runtime.bundle;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import edgepower.runtime.BundleException;
import edgepower.runtime.EdgePowerException;
import edgepower.runtime.Folders;
import edgepower.runtime.InputException;
import edgepower.runtime.bundle.checks.Digest;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Locale;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.function.ThrowingRunnable;
import org.junit.rules.TemporaryFolder;

/** What a bundle on disk must be, each rule broken once. */
public final class BundleTest {
    @Rule public final TemporaryFolder scratch = new TemporaryFolder();
    private File bundle;

    @Before
    public void copy() throws IOException {
        bundle = Folders.copy(Folders.committed("tiny-bundle"), scratch.newFolder("tiny"));
    }

    @Test
    public void aWholeBundleIsRead() {
        Bundle opened = Bundle.open(bundle);
        Manifest manifest = opened.manifest;
        assertEquals("tiny", manifest.name);
        assertEquals("bert", manifest.architecture);
        assertEquals("[negative, positive]", manifest.labels.toString());
        assertEquals(24, manifest.maxLength);
        assertEquals(Digest.of(new File(bundle, "bundle.json")), opened.manifestSha256);
        Artifact artifact = opened.artifact(null);
        assertEquals("onnx fp32", artifact.key());
        assertEquals("[fast, full]", opened.budgetsOf(artifact).toString());
        assertEquals("full", opened.chooseBudget(artifact, "full"));
        assertEquals(24, artifact.program("fast", 24).length);
        assertEquals(null, artifact.program("fast", 9));
        assertTrue(artifact.sizeBytes() > 10000);
        opened.check(artifact.files);
    }

    @Test
    public void whatIsNoDirectoryIsRefused() {
        final File missing = new File(scratch.getRoot(), "nothing's here");
        assertMessage(InputException.class, "expected the directory of a bundle at \"" + missing + "\", found nothing",
            open(missing));
        File file = new File(bundle, "bundle.json");
        assertMessage(InputException.class, "expected the directory of a bundle at '" + file + "', found a file",
            open(file));
    }

    @Test
    public void theManifestAndItsSealMustBeThere() throws IOException {
        new File(bundle, "bundle.json.sha256").delete();
        assertRefused("bundle.json.sha256 is missing in the bundle " + bundle + "; copy the bundle again, whole");
        new File(bundle, "bundle.json").delete();
        assertRefused("bundle.json is missing in the bundle " + bundle + "; copy the bundle again, whole");
        assertTrue(new File(bundle, "bundle.json").mkdir());
        assertRefused("bundle.json in the bundle " + bundle + " is not a regular file");
    }

    @Test
    public void theSealMustBeThatOfTheManifest() throws IOException {
        File seal = new File(bundle, "bundle.json.sha256");
        String edit = "copy the bundle again, or after an edit of your own run there: "
            + "sha256sum bundle.json > bundle.json.sha256";
        String whole = Folders.text(seal);
        for (String wrong : new String[] {"", whole.trim(), whole + "\n", whole.replace("  ", " "),
            whole.toUpperCase(Locale.ROOT), "é" + whole.substring(1)}) {
            Folders.write(seal, wrong.getBytes(StandardCharsets.UTF_8));
            assertRefused("bundle.json.sha256 in the bundle " + bundle + " must be 64 lower-case hexadecimal digits, "
                + "two blanks, bundle.json and a line feed; " + edit);
        }
        String zeros = whole.replaceFirst("[0-9a-f]{64}", String.format("%064d", 0));
        Folders.write(seal, zeros.getBytes(StandardCharsets.UTF_8));
        assertRefused("bundle.json in the bundle " + bundle + " has the sha256 " + whole.substring(0, 64)
            + ", bundle.json.sha256 says " + zeros.substring(0, 64) + "; one of them is damaged or altered: " + edit);
    }

    @Test
    public void aNewerVersionIsToldBeforeAnythingElse() throws IOException {
        Folders.seal(bundle, "{\"schema_version\": 2, \"artifacts\": \"of tomorrow\"}");
        assertRefused("bundle.json has schema_version 2, this runtime reads up to 1; update the edge-power library of "
            + "this app");
    }

    @Test
    public void aManifestHasABound() throws IOException {
        byte[] data = new byte[(4 << 20) + 1];
        Arrays.fill(data, (byte) ' ');
        Folders.write(new File(bundle, "bundle.json"), data);
        assertRefused(new File(bundle, "bundle.json") + " must have at most 4194304 bytes, has more");
    }

    @Test
    public void aFileThatIsAlteredOrGoneIsRefused() throws IOException {
        final Bundle opened = Bundle.open(bundle);
        final Artifact artifact = opened.artifact(null);
        FileEntry weights = artifact.files.get(artifact.files.size() - 1);
        File file = new File(bundle, weights.path);
        byte[] data = Folders.read(file);
        ThrowingRunnable check = new ThrowingRunnable() {
            @Override
            public void run() {
                opened.check(artifact.files);
            }
        };
        data[data.length / 2] ^= 1;
        Folders.write(file, data);
        String fix = "; the file is damaged or altered: copy the bundle again";
        assertMessage(BundleException.class, weights.path + " in the bundle " + bundle + " has the sha256 "
            + Digest.of(data) + ", bundle.json says " + weights.sha256 + fix, check);
        Folders.write(file, new byte[3]);
        assertMessage(BundleException.class, weights.path + " in the bundle " + bundle + " has the size in bytes 3, "
            + "bundle.json says " + weights.sizeBytes + fix, check);
        file.delete();
        assertMessage(BundleException.class,
            weights.path + " is missing in the bundle " + bundle + "; copy the bundle again, whole", check);
    }

    @Test
    public void aLinkMayNotLeadOut() throws IOException {
        File file = new File(bundle, "golden.json");
        File outside = Folders.copy(file, new File(scratch.getRoot(), "golden.json"));
        assertTrue(file.delete());
        Files.createSymbolicLink(file.toPath(), outside.toPath());
        final Bundle opened = Bundle.open(bundle);
        assertMessage(BundleException.class, "golden.json in " + bundle + " leads out of the bundle, to " + outside
            + "; copy the bundle with its links followed (cp -RL)", read(opened, "golden.json", 1 << 20));
        assertTrue(file.delete());
        Folders.copy(outside, new File(bundle, "same.json"));
        Files.createSymbolicLink(file.toPath(), new File("same.json").toPath());
        assertEquals(outside.length(), opened.read("golden.json", 1 << 20).length);
    }

    @Test
    public void onlyWhatIsListedIsRead() {
        Bundle opened = Bundle.open(bundle);
        StringBuilder listed = new StringBuilder();
        for (FileEntry entry : opened.manifest.files) {
            listed.append(listed.length() == 0 ? "" : ", ").append(entry.path);
        }
        assertMessage(BundleException.class,
            "bundle.json in " + bundle + " lists no bundle.json; it lists: " + listed, read(opened, "bundle.json", 9));
        long size = new File(bundle, "tokenizer.json").length();
        assertMessage(BundleException.class, "tokenizer.json must have at most 9 bytes, has " + size,
            read(opened, "tokenizer.json", 9));
    }

    @Test
    public void aBundleWithoutAnArtifactForOnnxSaysHowToConvert() throws IOException {
        Folders.change(bundle, "\"engine\": \"onnx\"", "\"engine\": \"openvino\"");
        final Bundle opened = Bundle.open(bundle);
        assertMessage(BundleException.class, "the bundle " + bundle + " has no artifact onnx; it has: executorch fp32, "
            + "tflite fp32; this runtime does not know openvino fp32: update the edge-power library of this app; "
            + "convert it with --format onnx", choose(opened, null));
    }

    @Test
    public void aPrecisionThatIsNotThereIsRefused() {
        assertMessage(InputException.class, "the bundle " + bundle + " has no artifact onnx int8; it has: onnx fp32, "
            + "executorch fp32, tflite fp32", choose(Bundle.open(bundle), "int8"));
    }

    @Test
    public void aBudgetThatIsNotThereIsRefused() {
        final Bundle opened = Bundle.open(bundle);
        assertMessage(InputException.class, "no budget 'tiny' in onnx fp32 of the bundle " + bundle
            + "; it has: fast, full", new ThrowingRunnable() {
                @Override
                public void run() {
                    opened.chooseBudget(opened.artifact(null), "tiny");
                }
            });
    }

    @Test
    public void theFirstPrecisionIsFp32WhereverItStands() throws IOException {
        File int8 = Folders.committed("tiny-int8");
        assertEquals("onnx int8", Bundle.open(int8).artifact(null).key());
        Artifact like = Bundle.open(bundle).artifactLike(Bundle.open(int8).artifact(null));
        assertEquals("onnx fp32", like.key());
    }

    @Test
    public void everyFlippedBitOfTheManifestOrItsSealIsRefused() throws IOException {
        for (String name : new String[] {"bundle.json", "bundle.json.sha256"}) {
            File file = new File(bundle, name);
            byte[] data = Folders.read(file);
            for (int place = 0; place < data.length; place += name.endsWith("6") ? 1 : 37) {
                byte[] flipped = data.clone();
                flipped[place] ^= 1 << place % 8;
                Folders.write(file, flipped);
                assertThrows(name + " " + place, BundleException.class, open(bundle));
            }
            Folders.write(file, data);
        }
        Bundle.open(bundle);
    }

    private void assertRefused(String message) {
        assertMessage(BundleException.class, message, open(bundle));
    }

    private static ThrowingRunnable open(final File folder) {
        return new ThrowingRunnable() {
            @Override
            public void run() {
                Bundle.open(folder);
            }
        };
    }

    private static ThrowingRunnable choose(final Bundle opened, final String precision) {
        return new ThrowingRunnable() {
            @Override
            public void run() {
                opened.artifact(precision);
            }
        };
    }

    private static ThrowingRunnable read(final Bundle opened, final String name, final int most) {
        return new ThrowingRunnable() {
            @Override
            public void run() {
                opened.read(name, most);
            }
        };
    }

    private static void assertMessage(
            Class<? extends EdgePowerException> kind, String message, ThrowingRunnable call) {
        assertEquals(message, assertThrows(kind, call).getMessage());
    }
}
