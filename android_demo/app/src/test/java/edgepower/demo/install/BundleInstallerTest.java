package edgepower.demo.install;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;
import static org.junit.Assert.fail;

import edgepower.demo.Repository;
import edgepower.demo.install.InstallException.Fault;
import edgepower.runtime.bundle.Bundle;
import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** A bundle is whole or absent, whatever goes wrong on its way; and the one before stays until then. */
public final class BundleInstallerTest {
    @Rule public final TemporaryFolder scratch = new TemporaryFolder();

    private static final BundleCheck WHOLE = new BundleCheck() {
        @Override
        public void check(File folder) {
            Bundle bundle = Bundle.open(folder);
            bundle.check(bundle.manifest.files);
            bundle.check(bundle.artifact(null).files);
        }
    };

    private File root;
    private File files;
    private FolderAssets assets;
    private BundleInstaller installer;

    @Before
    public void shipTheTinyBundle() throws IOException {
        root = scratch.newFolder("assets");
        files = scratch.newFolder("files");
        ship("tiny-bundle");
        assets = new FolderAssets(root);
        installer = new BundleInstaller(assets, files, WHOLE);
    }

    @Test
    public void theBundleIsCopiedUnderItsDigest() {
        File place = installer.install();
        assertEquals(Bundle.open(place).manifestSha256, place.getName());
        assertEquals("tiny", Bundle.open(place).manifest.name);
        assertArrayEquals(new String[] {place.getName()}, places());
    }

    @Test
    public void theSecondStartCopiesNothing() {
        File place = installer.install();
        int before = assets.opened();
        assertEquals(place, installer.install());
        assertEquals("the seal alone is read", before + 1, assets.opened());
    }

    @Test
    public void anAppWithoutABundleSaysSo() {
        empty(new File(root, "bundle"));
        InstallException error = refused();
        assertEquals(Fault.NO_BUNDLE, error.fault);
        assertEquals("the app's assets hold no bundle/bundle.json.sha256", error.getMessage());
        assertNull(error.kept);
    }

    @Test
    public void aTruncatedAssetLeavesNothingBehind() {
        assets.failAt("bundle/tokenizer.json");
        InstallException error = refused();
        assertEquals(Fault.UNREADABLE, error.fault);
        assertEquals("bundle/tokenizer.json in the app's assets cannot be read: unexpected end of ZLIB input stream",
                error.getMessage());
        assertArrayEquals(new String[0], places());
    }

    @Test
    public void aTruncatedSealIsRefused() {
        assets.failAt("bundle/bundle.json.sha256");
        assertEquals(Fault.UNREADABLE, refused().fault);
    }

    @Test
    public void anAlteredFileIsRefusedAndTheEarlierBundleStays() throws IOException {
        File earlier = installer.install();
        ship("tiny-int8");
        alter(new File(root, "bundle/tokenizer.json"));
        InstallException error = refused();
        assertEquals(Fault.REFUSED, error.fault);
        assertTrue(error.getMessage(), error.getMessage().contains("tokenizer.json in the bundle"));
        assertTrue(error.getMessage(), error.getMessage().contains("has the sha256 "));
        assertEquals(earlier, error.kept);
        WHOLE.check(earlier);
    }

    @Test
    public void anAlteredSealIsRefused() throws IOException {
        write(new File(root, "bundle/bundle.json.sha256"), "not a digest\n");
        InstallException error = refused();
        assertEquals(Fault.REFUSED, error.fault);
        assertEquals("bundle.json.sha256 in the app's assets is not 64 hexadecimal digits, two blanks, bundle.json and"
                + " a line feed; it was altered", error.getMessage());
    }

    @Test
    public void aNewerBundleTakesThePlaceOfTheEarlierOne() throws IOException {
        File earlier = installer.install();
        ship("tiny-int8");
        File place = installer.install();
        assertNotEquals(earlier, place);
        assertFalse(earlier.exists());
        assertArrayEquals(new String[] {place.getName()}, places());
    }

    @Test
    public void aPhoneSwitchedOffBetweenTwoFilesBeginsAnew() throws IOException {
        File earlier = installer.install();
        ship("tiny-int8");
        // Nothing is tidied up after a process that ended, so half a copy is put where one would lie.
        File half = new File(files, "bundles/" + digest() + ".new");
        Repository.copy(new File(root, "bundle"), half);
        alter(new File(half, "tokenizer.json"));
        assertTrue(new File(half, "golden.json").delete());
        assertTrue("the earlier one is still there", earlier.isDirectory());
        WHOLE.check(installer.install());
        assertEquals(1, places().length);
    }

    @Test
    public void whateverEndsTheCopyNoFolderIsTakenForWhole() {
        for (String path : new String[] {"bundle/bundle.json", "bundle/golden.json", "bundle/tokenizer.json"}) {
            assets.dieAt(path);
            try {
                installer.install();
                fail("the copy went on");
            } catch (IllegalStateException off) {
                assertEquals("the phone was switched off", off.getMessage());
            }
            assertArrayEquals(new String[0], places());
        }
        assets.recover();
        WHOLE.check(installer.install());
    }

    @Test
    public void aFolderThatTakesNoMoreIsSaid() throws IOException {
        write(new File(files, "bundles"), "a file where the folder should be");
        InstallException error = refused();
        assertEquals(Fault.NO_ROOM, error.fault);
        assertTrue(error.getMessage(), error.getMessage().matches("the folder [0-9a-f]{64}\\.new cannot be made; .*"));
        assertTrue(error.getMessage(), error.getMessage().endsWith(" MB are free"));
    }

    @Test
    public void aDiskThatFailsInTheMiddleLeavesNothingBehind() {
        final char[] longer = new char[300];
        Arrays.fill(longer, 'a');
        BundleInstaller failing = new BundleInstaller(new AssetSource() {
            @Override
            public String[] list(String folder) {
                String[] names = assets.list(folder);
                String[] more = Arrays.copyOf(names, names.length + (folder.equals("bundle") ? 1 : 0));
                if (more.length > names.length) {
                    more[names.length] = new String(longer); // longer than a file system takes
                }
                return more;
            }

            @Override
            public InputStream open(String path) throws IOException {
                return assets.open(path.endsWith("aaa") ? "bundle/bundle.json" : path);
            }
        }, files, WHOLE);
        try {
            failing.install();
            fail("a name of 300 characters was written");
        } catch (InstallException error) {
            assertEquals(Fault.NO_ROOM, error.fault);
        }
        assertArrayEquals(new String[0], places());
    }

    @Test
    public void aCopyThatWasDamagedLaterIsMadeAnew() throws IOException {
        File place = installer.install();
        alter(new File(place, "tokenizer.json"));
        assertEquals(place, installer.repair());
        WHOLE.check(place);
        assertArrayEquals(new String[] {place.getName()}, places());
    }

    private void ship(String name) throws IOException {
        File bundle = new File(root, "bundle");
        empty(bundle);
        Repository.copy(Repository.file("tests/data/" + name), bundle);
    }

    private String digest() {
        return Bundle.open(new File(root, "bundle")).manifestSha256;
    }

    private InstallException refused() {
        try {
            installer.install();
        } catch (InstallException error) {
            return error;
        }
        throw new AssertionError("the bundle was taken");
    }

    private String[] places() {
        String[] names = new File(files, "bundles").list();
        return names == null ? new String[0] : names;
    }

    private static void empty(File folder) {
        File[] inside = folder.listFiles();
        if (inside != null) {
            for (File one : inside) {
                empty(one);
            }
        }
        folder.delete();
    }

    private static void alter(File file) throws IOException {
        try (RandomAccessFile content = new RandomAccessFile(file, "rw")) {
            content.seek(20);
            int old = content.read();
            content.seek(20);
            content.write(old ^ 1);
        }
    }

    private static void write(File file, String text) throws IOException {
        try (FileOutputStream to = new FileOutputStream(file)) {
            to.write(text.getBytes(StandardCharsets.US_ASCII));
        }
    }
}
