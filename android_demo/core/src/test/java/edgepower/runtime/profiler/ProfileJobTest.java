package edgepower.runtime.profiler;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;
import static org.junit.Assert.fail;

import edgepower.runtime.EdgePowerException;
import edgepower.runtime.InputException;
import java.io.File;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class ProfileJobTest {
    @Rule public final TemporaryFolder folder = new TemporaryFolder();

    private static Map<String, String> extras(String... words) {
        Map<String, String> found = new LinkedHashMap<String, String>();
        found.put("report", "r");
        for (int place = 0; place < words.length; place += 2) {
            found.put(words[place], words[place + 1]);
        }
        return found;
    }

    /** Gives a bundle, or fails as copying one out of an app's assets may. */
    private static BundleSource source(final File bundle, final Throwable failure) {
        return new BundleSource() {
            @Override
            public File bundle() {
                if (failure instanceof RuntimeException) {
                    throw (RuntimeException) failure;
                }
                if (failure instanceof Error) {
                    throw (Error) failure;
                }
                return bundle;
            }
        };
    }

    private File files() {
        return new File(folder.getRoot(), "files");
    }

    private String left(String name) throws Exception {
        return TinyBundle.read(new File(files(), name));
    }

    @Test
    public void theReportIsLeftAndTheProgressIsGone() throws Exception {
        Map<String, String> asked =
                extras("budgets", "fast", "lengths", "8", "iterations", "2", "warmup", "1", "percentiles", "50");
        final List<String> told = new ArrayList<String>();
        final List<String> written = new ArrayList<String>();
        ProfileReport report = ProfileJob.of(asked, files())
                .run(source(TinyBundle.named("tiny-bundle"), null), DeviceFacts.NONE, new Progress() {
                    @Override
                    public boolean step(String what, int done, int total) {
                        told.add(done + " " + total + " " + what + "\n");
                        try {
                            written.add(left("r.progress"));
                        } catch (Exception error) {
                            throw new IllegalStateException(error);
                        }
                        return true;
                    }
                });
        assertEquals(report.toJson(), left("r.json"));
        assertArrayEquals(new String[] {"r.json"}, files().list());
        assertEquals(told, written);
        assertEquals("0 1 opening the bundle\n", told.get(0));
        assertTrue(told.toString(), told.contains("1 3 warming up: onnx fp32 fast 8, 1 thread\n"));
        assertTrue(told.toString(), told.contains("2 3 timing: onnx fp32 fast 8, 1 thread\n"));
    }

    @Test
    public void anErrorIsLeftInOneLine() throws Exception {
        ProfileJob.of(extras("budgets", "slow"), files())
                .run(source(TinyBundle.named("tiny-bundle"), null), DeviceFacts.NONE, null);
        assertEquals("`budgets` slow: not in onnx fp32; there are: fast, full\n", left("r.error"));
        assertArrayEquals(new String[] {"r.error"}, files().list());
        ProfileJob.of(extras("warmup", "x"), files()).run(source(null, null), DeviceFacts.NONE, null);
        assertEquals("`warmup` 'x': expected a whole number\n", left("r.error"));
        InputException failure = new InputException("no bundle\nin the assets\t");
        assertNull(ProfileJob.of(extras(), files()).run(source(null, failure), DeviceFacts.NONE, null));
        assertEquals("no bundle in the assets\n", left("r.error"));
        ProfileJob.of(extras(), files()).run(source(null, new OutOfMemoryError()), DeviceFacts.NONE, null);
        assertEquals(
                "the app has not enough memory for this profile; ask for fewer budgets, lengths or precisions\n",
                left("r.error"));
        ProfileJob.of(extras(), files()).run(source(null, new EdgePowerException(null)), DeviceFacts.NONE, null);
        assertEquals("no reason was given\n", left("r.error"));
    }

    @Test
    public void aBugIsToldAndNotHidden() throws Exception {
        IllegalStateException bug = new IllegalStateException("oh");
        try {
            ProfileJob.of(extras(), files()).run(source(null, bug), DeviceFacts.NONE, null);
            fail("expected the bug");
        } catch (IllegalStateException error) {
            assertEquals(bug, error);
        }
        assertEquals(
                "the profiler failed, which is a bug of ours: java.lang.IllegalStateException: oh\n", left("r.error"));
    }

    @Test
    public void whoCancelsIsToldSo() throws Exception {
        ProfileReport report = ProfileJob.of(extras(), files())
                .run(source(TinyBundle.named("tiny-bundle"), null), DeviceFacts.NONE, new Progress() {
                    @Override
                    public boolean step(String what, int done, int total) {
                        return !what.startsWith("timing");
                    }
                });
        assertNull(report);
        assertEquals("the profile was cancelled\n", left("r.error"));
    }

    @Test
    public void anEarlierReportOfTheNameIsRemovedFirst() throws Exception {
        assertTrue(files().mkdirs());
        WholeFile.write(new File(files(), "r.json"), "old");
        WholeFile.write(new File(files(), "other.json"), "other");
        assertNotNull(ProfileJob.of(extras(), files()));
        assertArrayEquals(new String[] {"other.json"}, files().list());
    }

    @Test
    public void withoutANameOrAFolderThereIsNowhereToAnswer() throws Exception {
        try {
            ProfileJob.of(extras("report", "a/b"), files());
            fail("expected a refusal");
        } catch (InputException error) {
            assertTrue(error.getMessage(), error.getMessage().startsWith("`report` is no name for a file"));
        }
        assertFalse(files().exists());
        File file = folder.newFile("x");
        try {
            ProfileJob.of(extras(), new File(file, "y"));
            fail("expected a refusal");
        } catch (EdgePowerException error) {
            assertEquals("cannot make the folder " + file + "/y for the report", error.getMessage());
        }
    }

    @Test
    public void aFileThatCannotBeWrittenIsAnErrorAndLeavesNothing() throws Exception {
        File taken = folder.newFolder("taken");
        assertTrue(new File(taken, "x").createNewFile());
        try {
            WholeFile.write(taken, "text");
            fail("expected a refusal");
        } catch (EdgePowerException error) {
            assertEquals("cannot write " + taken + ": it cannot be replaced", error.getMessage());
        }
        assertArrayEquals(new String[] {"taken"}, folder.getRoot().list());
        try {
            WholeFile.write(new File(taken, "no/folder"), "text");
            fail("expected a refusal");
        } catch (EdgePowerException error) {
            assertTrue(error.getMessage(), error.getMessage().startsWith("cannot write " + taken + "/no/folder: "));
        }
    }
}
