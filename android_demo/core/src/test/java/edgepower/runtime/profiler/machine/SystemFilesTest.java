package edgepower.runtime.profiler.machine;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;

import java.util.Arrays;
import java.util.Collections;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class SystemFilesTest {
    @Rule public final TemporaryFolder folder = new TemporaryFolder();
    private FakeRoot root;

    @Before
    public void layOut() {
        root = new FakeRoot(folder.getRoot());
    }

    @Test
    public void textIsTrimmedAndLosesItsNul() throws Exception {
        root.put("a", " Pixel 8\0\n").put("empty", " \n");
        assertEquals("Pixel 8", root.files().text("a"));
        assertNull(root.files().text("empty"));
        assertNull(root.files().text("no/such/file"));
        assertNull("a folder is no file", root.files().text("."));
    }

    @Test
    public void aHugeFileIsNotReadWhole() throws Exception {
        char[] many = new char[1_100_000];
        Arrays.fill(many, 'x');
        root.put("huge", new String(many));
        assertEquals(1_000_000, root.files().text("huge").length(), 8192);
    }

    @Test
    public void numbersAreFiniteAndWholeOnesAreNotNegative() throws Exception {
        root.put("n", "48500\n").put("word", "auto");
        assertEquals(48500.0, root.files().number("n"), 0);
        assertEquals(Long.valueOf(48500), root.files().count("n"));
        assertNull(root.files().number("word"));
        for (String text : new String[] {null, "", "NaN", "Infinity", "1e16", "0x10", "1d", "1 2"}) {
            assertNull(text, SystemFiles.finite(text));
        }
        assertEquals(-1.5e-3, SystemFiles.finite(" -1.5e-3 "), 0);
        for (String text : new String[] {null, "", "-1", "1.0", "9999999999999999999"}) {
            assertNull(text, SystemFiles.whole(text));
        }
    }

    @Test
    public void namesAreInTheOrderOfTheirNumbers() throws Exception {
        root.put("d/zone10", "").put("d/zone2", "").put("d/a", "");
        assertEquals(Arrays.asList("a", "zone2", "zone10"), root.files().names("d"));
        assertEquals(Collections.<String>emptyList(), root.files().names("none"));
    }

    @Test
    public void fieldsAreReadByLine() {
        assertEquals("1", SystemFiles.fields("a: 1\nno field\na: 2\nb:\n").get("a"));
        assertEquals("", SystemFiles.fields("b:").get("b"));
        assertEquals(0, SystemFiles.fields(null).size());
    }

    @Test
    public void sizesAreInKibibytes() {
        assertEquals(Long.valueOf(2048), SystemFiles.kibibytes("2 kB"));
        for (String text : new String[] {null, "2", "2 MB", "x kB", "999999999999999999 kB"}) {
            assertNull(text, SystemFiles.kibibytes(text));
        }
    }
}
