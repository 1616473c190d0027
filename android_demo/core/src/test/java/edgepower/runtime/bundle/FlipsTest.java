package edgepower.runtime.bundle;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import edgepower.runtime.Classifier;
import edgepower.runtime.EdgePowerException;
import edgepower.runtime.Folders;
import edgepower.runtime.Options;
import edgepower.runtime.Prediction;
import edgepower.runtime.Text;
import edgepower.runtime.verify.Verification;
import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/**
 * Bytes of a bundle flipped, one at a time, as tests/flips.py does: it is refused, or the answer is what it was.
 *
 * <p>Every byte of small files, and one in {@code -Dedgepower.flips}, 101 where it is not given, of larger ones.
 */
public final class FlipsTest {
    private static final int STEP = Integer.getInteger("edgepower.flips", 101);
    private static final int SMALL = 5000;
    private static final List<Text> TEXTS =
            Arrays.asList(Text.of("a good film"), Text.pair("a film", "not bad at all, never dull"));

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private int refused;
    private int harmless;

    @Test
    public void ofThePlainBundle() throws IOException {
        flip("tiny-bundle");
    }

    @Test
    public void ofStages() throws IOException {
        flip("tiny-stages");
    }

    private void flip(String name) throws IOException {
        File bundle = Folders.copy(Folders.committed(name), new File(folder.getRoot(), name));
        Bundle opened = Bundle.open(bundle);
        String expected = answers(bundle);
        Set<String> listed = new TreeSet<String>();
        for (FileEntry entry : opened.manifest.files) {
            listed.add(entry.path);
        }
        for (FileEntry entry : opened.artifact(null).files) {
            listed.add(entry.path);
        }
        listed.add("bundle.json");
        listed.add("bundle.json.sha256");
        for (String path : listed) {
            flipFile(opened, path, expected);
        }
        assertTrue("only " + refused + " flips were refused", refused > 1000);
        assertEquals("a file that the manifest lists was altered, and nobody saw it", 0, harmless);
        assertEquals("the bundle is whole again", expected, answers(bundle));
    }

    private void flipFile(Bundle opened, String path, String expected) throws IOException {
        File file = new File(opened.path, path);
        Random random = new Random(file.length());
        int step = file.length() < SMALL ? 1 : STEP;
        try (RandomAccessFile bytes = new RandomAccessFile(file, "rw")) {
            for (long place = random.nextInt(step); place < bytes.length(); place += step) {
                int before = turn(bytes, place, 1 << random.nextInt(8));
                outcome(opened, path, expected, place);
                bytes.seek(place);
                bytes.write(before);
            }
        }
    }

    private static int turn(RandomAccessFile bytes, long place, int bit) throws IOException {
        bytes.seek(place);
        int before = bytes.read();
        bytes.seek(place);
        bytes.write(before ^ bit);
        return before;
    }

    /** Counts what became of a flip; any other exception than our own fails the test. */
    private void outcome(Bundle opened, String path, String expected, long place) {
        try {
            // As every reader does first; to open an engine for each would take hours.
            opened.check(entries(opened, path));
            assertEquals("byte " + place + " of " + path, expected, answers(opened.path));
            harmless++;
        } catch (EdgePowerException error) {
            assertTrue(error.getMessage(), error.getMessage().length() > 20 && !error.getMessage().contains("\n"));
            refused++;
        }
    }

    private static List<FileEntry> entries(Bundle opened, String path) {
        List<FileEntry> every = new ArrayList<FileEntry>(opened.manifest.files);
        every.addAll(opened.artifact(null).files);
        List<FileEntry> found = new ArrayList<FileEntry>();
        for (FileEntry entry : every) {
            if (entry.path.equals(path)) {
                found.add(entry);
            }
        }
        return found;
    }

    /** All that a user is shown, and whether the golden examples are met. */
    private static String answers(File bundle) {
        StringBuilder shown = new StringBuilder();
        try (Classifier classifier = Classifier.open(bundle, Options.DEFAULT)) {
            for (Prediction one : classifier.classify(TEXTS)) {
                shown.append(one.label).append(Arrays.toString(one.logits)).append(one.numTokens).append(' ');
            }
        }
        return shown.append(Verification.of(bundle, null, 1).passed()).toString();
    }
}
