package edgepower.demo.state;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import org.junit.Rule;
import org.junit.Test;

/** A bundle that cannot be used is a message on the screen that says what to do. */
public final class BadBundleTest {
    private static final String KEPT = " The model that was here before goes on.";

    @Rule public final Desk desk = new Desk();

    @Test
    public void noBundleNamesTheCommandThatMakesOne() throws IOException {
        desk.unship();
        ScreenState state = desk.open();
        assertTrue(state.notice, state.notice.contains("edge-power android BUNDLE --output FOLDER"));
        assertNull(state.setup);
        assertNull("a text is not asked", desk.ask("Fine.").answer);
        desk.ship("tiny-bundle");
        assertEquals("coming back to the app tries again", "tiny", desk.open().setup.name);
        assertEquals("", desk.state().notice);
    }

    @Test
    public void aTruncatedAssetSaysToInstallAnew() {
        desk.source.failAt("bundle/golden.json");
        ScreenState state = desk.open();
        assertEquals("The model in this app is incomplete: bundle/golden.json in the app's assets cannot be read: "
                + "unexpected end of ZLIB input stream. Install the app anew.", state.notice);
        assertNull(state.setup);
    }

    @Test
    public void noRoomSaysToFreeSome() throws IOException {
        assertTrue(new File(desk.files, "bundles").createNewFile());
        ScreenState state = desk.open();
        assertTrue(state.notice, state.notice.startsWith("There is no room for the model: the folder "));
        assertTrue(state.notice, state.notice.endsWith(
                " MB are free. Free some storage on this phone, then come back to the app."));
    }

    @Test
    public void tooLittleMemoryIsSaid() {
        desk.source.exhaustAt("bundle/tokenizer.json");
        assertEquals("There is not enough memory for this. Close other apps, or choose another precision.",
                desk.open().notice);
        desk.source.recover();
        assertEquals("coming back to the app tries again", "tiny", desk.open().setup.name);
    }

    @Test
    public void aNewerFormatAsksForAnUpdate() throws IOException {
        Altered.manifest(desk.ship("tiny-bundle"), "\"schema_version\": 1", "\"schema_version\": 2");
        refuses("schema_version 2");
    }

    @Test
    public void aBundleWithoutOnnxIsRefused() throws IOException {
        Altered.manifest(desk.ship("tiny-bundle"), "\"engine\": \"onnx\"", "\"engine\": \"other\"");
        refuses("onnx");
    }

    @Test
    public void aTokenizerOfAnotherKindIsRefusedByName() throws IOException {
        File bundle = desk.ship("tiny-bundle");
        Altered.file(bundle, "tokenizer.json", "\"WordPiece\"", "\"WordLevel\"");
        refuses("WordLevel");
    }

    @Test
    public void anAlteredGoldenFileIsRefused() throws IOException {
        alter(new File(desk.ship("tiny-bundle"), "golden.json"));
        refuses("golden.json in the bundle");
    }

    @Test
    public void theModelThatWasThereBeforeGoesOn() throws IOException {
        desk.open();
        Altered.manifest(desk.ship("tiny-int8"), "\"schema_version\": 1", "\"schema_version\": 2");
        desk.startProcess();
        ScreenState state = desk.open();
        assertTrue(state.notice, state.notice.startsWith("The model in this app cannot be used: "));
        assertTrue(state.notice, state.notice.endsWith(KEPT));
        assertEquals("fp32", state.setup.precision);
        assertNotNull(desk.ask("Fine.").answer);
    }

    @Test
    public void aCopyThatWasDamagedIsMadeAnew() throws IOException {
        desk.open();
        File[] places = new File(desk.files, "bundles").listFiles();
        assertEquals(1, places.length);
        alter(new File(places[0], "tokenizer.json"));
        desk.startProcess();
        ScreenState state = desk.open();
        assertEquals("", state.notice);
        assertNotNull(desk.ask("Fine.").answer);
    }

    private void refuses(String what) {
        ScreenState state = desk.open();
        assertTrue(state.notice, state.notice.startsWith("The model in this app cannot be used: "));
        assertTrue(state.notice, state.notice.contains(what));
        assertEquals("one line", -1, state.notice.indexOf('\n'));
        assertNull(state.setup);
        assertEquals("nothing is left behind", 0, new File(desk.files, "bundles").list().length);
    }

    private static void alter(File file) throws IOException {
        try (RandomAccessFile content = new RandomAccessFile(file, "rw")) {
            content.seek(20);
            int old = content.read();
            content.seek(20);
            content.write(old ^ 1);
        }
    }
}
