package edgepower.demo.state;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;
import static org.junit.Assert.fail;

import edgepower.demo.state.ProfileState.Phase;
import edgepower.demo.text.ProfileText;
import edgepower.demo.text.XmlPhrases;
import edgepower.runtime.InputException;
import edgepower.runtime.profiler.DeviceFacts;
import java.io.File;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** Profiles, one at a time, on the worker that answers texts. */
public final class ProfilingTest {
    @Rule public final Desk desk = new Desk();

    private final ProfileText text = new ProfileText(new XmlPhrases());

    @Rule public final TemporaryFolder scratch = new TemporaryFolder();

    private File folder;

    private static final Desk.Wanted MEASURES = new Desk.Wanted() {
        @Override
        public boolean holds(ScreenState state) {
            return state.profile.what != null;
        }
    };

    @Before
    public void makeTheFolder() throws IOException {
        folder = scratch.newFolder("external");
    }

    @Test
    public void aProfileGivesATableAndAReportToShare() throws IOException {
        desk.open();
        desk.profiling.start(DeviceFacts.NONE);
        assertTrue("it begins at once", desk.state().profile.isRunning());
        assertEquals("The profile begins…", said());
        assertFalse("and nothing else can be asked meanwhile", desk.state().isReady());
        ProfileState done = desk.profiled();
        assertEquals(Phase.DONE, done.phase);
        assertEquals("two budgets at two lengths", 4, done.report.table().size());
        File file = desk.reports.find(done.file);
        assertEquals(done.report.toJson(), Altered.text(file));
        assertEquals("The profile is done: 4 cases were measured.", said());
        assertTrue(desk.state().isReady());
    }

    @Test
    public void aTextIsNotAskedMeanwhile() {
        desk.open();
        desk.profiling.start(DeviceFacts.NONE);
        desk.presenter.ask("Fine.", "");
        assertEquals("A profile is running; wait for its end, or cancel it.", desk.state().notice);
        assertEquals(Phase.DONE, desk.profiled().phase);
        assertNull(desk.state().answer);
    }

    @Test
    public void cancelInTheMiddleKeepsNothing() {
        desk.open();
        desk.profiling.start(DeviceFacts.NONE);
        desk.await(MEASURES);
        assertTrue(said(), said().matches("0 of [0-9]+: .+"));
        desk.profiling.cancel();
        assertEquals(Phase.ENDING, desk.state().profile.phase);
        assertEquals("The profile is being cancelled…", said());
        desk.profiling.cancel();
        desk.profiling.leave();
        assertEquals("who cancels and then leaves has cancelled", Phase.CANCELLED, desk.profiled().phase);
        assertEquals("The profile was cancelled; nothing of it is kept.", said());
        assertNull(desk.state().profile.file);
        assertNotNull("the model answers again", desk.ask("Fine.").answer);
    }

    @Test
    public void leavingTheAppCancels() {
        desk.open();
        desk.profiling.leave();
        assertEquals("nothing runs, nothing ends", Phase.NONE, desk.state().profile.phase);
        desk.profiling.start(DeviceFacts.NONE);
        desk.await(MEASURES);
        desk.profiling.leave();
        assertEquals(Phase.LEFT, desk.profiled().phase);
        assertEquals("The profile was cancelled, since the app left the screen: a phone slows down what nobody looks"
                + " at.", said());
    }

    @Test
    public void aTurnedPhoneChangesNothing() {
        desk.open();
        desk.profiling.start(DeviceFacts.NONE);
        desk.await(MEASURES);
        final Phase[] seen = new Phase[1];
        Screen turned = new Screen() {
            @Override
            public void show(ScreenState state) {
                seen[0] = state.profile.phase;
            }
        };
        desk.presenter.board().attach(turned);
        assertEquals(Phase.RUNNING, seen[0]);
        desk.profiled();
        assertEquals(Phase.DONE, seen[0]);
    }

    @Test
    public void aSecondStartOfTheUserDoesNothing() {
        desk.open();
        desk.profiling.start(DeviceFacts.NONE);
        int before = desk.states().size();
        desk.profiling.start(DeviceFacts.NONE);
        assertEquals(before, desk.states().size());
        assertEquals(Phase.DONE, desk.profiled().phase);
    }

    @Test
    public void anotherMachineFindsTheReport() throws IOException {
        desk.presenter.start();
        Map<String, String> asked = extras("report", "first", "budgets", "full", "iterations", "10");
        desk.profiling.start(asked, folder, DeviceFacts.NONE);
        ProfileState done = desk.profiled();
        assertEquals(Phase.DONE, done.phase);
        assertEquals(2, done.report.table().size());
        assertEquals(done.report.toJson(), Altered.text(new File(folder, "first.json")));
        assertEquals("the report alone is there", 1, folder.list().length);
    }

    @Test
    public void aSecondProfileAtTheSameTimeIsRefusedInOneLine() throws IOException {
        desk.open();
        desk.profiling.start(DeviceFacts.NONE);
        desk.profiling.start(extras("report", "second"), folder, DeviceFacts.NONE);
        assertEquals("a profile is running already; wait for its end, or cancel it\n",
                Altered.text(new File(folder, "second.error")));
        assertEquals("and the first one goes on", Phase.DONE, desk.profiled().phase);
    }

    @Test
    public void anotherMachineHearsOfACancel() throws IOException {
        desk.open();
        desk.profiling.start(extras("report", "first"), folder, DeviceFacts.NONE);
        desk.await(MEASURES);
        desk.profiling.cancel();
        assertEquals(Phase.CANCELLED, desk.profiled().phase);
        assertTrue(Altered.text(new File(folder, "first.error")).contains("cancelled"));
    }

    @Test
    public void anotherMachineHearsOfABadRequest() throws IOException {
        desk.open();
        desk.profiling.start(extras("report", "first", "budgets", "slow"), folder, DeviceFacts.NONE);
        ProfileState failed = desk.profiled();
        assertEquals(Phase.FAILED, failed.phase);
        assertTrue(failed.fault, failed.fault.contains("slow"));
        assertEquals("The profile failed: " + failed.fault, said());
        assertEquals(failed.fault + "\n", Altered.text(new File(folder, "first.error")));
    }

    @Test
    public void anotherMachineHearsThatThereIsNoBundle() throws IOException {
        desk.unship();
        desk.presenter.start();
        desk.profiling.start(extras("report", "first"), folder, DeviceFacts.NONE);
        assertEquals(Phase.FAILED, desk.profiled().phase);
        assertTrue(Altered.text(new File(folder, "first.error")).startsWith("This app holds no model."));
    }

    @Test
    public void aNameThatIsNoneIsRefusedBeforeAnythingIsWritten() {
        desk.open();
        for (String name : new String[] {"../first", "", "a b"}) {
            try {
                desk.profiling.start(extras("report", name), folder, DeviceFacts.NONE);
                fail(name);
            } catch (InputException error) {
                assertTrue(error.getMessage(), error.getMessage().contains("report"));
            }
        }
        assertEquals(0, folder.list().length);
        assertEquals(Phase.NONE, desk.state().profile.phase);
    }

    private String said() {
        return text.status(desk.state().profile);
    }

    private static Map<String, String> extras(String... namesAndValues) {
        Map<String, String> extras = new HashMap<String, String>();
        for (int at = 0; at < namesAndValues.length; at += 2) {
            extras.put(namesAndValues[at], namesAndValues[at + 1]);
        }
        return extras;
    }
}
