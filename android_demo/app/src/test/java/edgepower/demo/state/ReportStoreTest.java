package edgepower.demo.state;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;
import static org.junit.Assert.fail;

import java.io.File;
import java.io.IOException;
import java.util.Date;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** The last report, and nothing else, can be had by name. */
public final class ReportStoreTest {
    @Rule public final TemporaryFolder files = new TemporaryFolder();

    @Test
    public void aReportTakesThePlaceOfTheOneBefore() throws IOException {
        ReportStore store = new ReportStore(files.getRoot());
        String first = store.save("{}\n", new Date(0));
        assertEquals("profile-19700101-000000.json", first);
        assertEquals(3, store.find(first).length());
        String second = store.save("{\"a\": 1}\n", new Date(61_000));
        assertEquals("profile-19700101-000101.json", second);
        assertArrayEquals(new String[] {second}, new File(files.getRoot(), "reports").list());
        assertNull(store.find(first));
        assertNotNull(store.find(second));
    }

    @Test
    public void noNameLeadsOutOfTheStore() throws IOException {
        ReportStore store = new ReportStore(files.getRoot());
        store.save("{}\n", new Date(0));
        assertTrue(new File(files.getRoot(), "secret.json").createNewFile());
        for (String name : new String[] {"../secret.json", "/etc/passwd", "..", "", "a/b.json", "secret.json", null}) {
            assertNull(name, store.find(name));
        }
    }

    @Test
    public void aFolderThatCannotBeMadeIsSaid() throws IOException {
        File file = files.newFile("taken");
        try {
            new ReportStore(file).save("{}\n", new Date(0));
            fail("a report was written below a file");
        } catch (IOException error) {
            assertTrue(error.getMessage(), error.getMessage().contains("profile-19700101-000000.json"));
        }
    }
}
