package edgepower.demo.text;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import edgepower.demo.Repository;
import edgepower.demo.state.ProfileState;
import edgepower.runtime.profiler.DeviceFacts;
import edgepower.runtime.profiler.ProfileOptions;
import edgepower.runtime.profiler.ProfileReport;
import edgepower.runtime.profiler.ProfileRow;
import edgepower.runtime.profiler.Profiler;
import edgepower.runtime.profiler.Progress;
import org.junit.Test;

/** A profile as a user reads it. */
public final class ProfileTextTest {
    private static final Progress GO_ON = new Progress() {
        @Override
        public boolean step(String what, int done, int total) {
            return true;
        }
    };

    private final ProfileText text = new ProfileText(new XmlPhrases());

    @Test
    public void nobodyAsked() {
        assertEquals("", text.status(ProfileState.NONE));
    }

    @Test
    public void aRowSaysItsTimesAndWhatTheyAreComparedWith() {
        ProfileOptions options = ProfileOptions.builder().lengths(8).iterations(10).warmup(1).build();
        ProfileReport report =
                Profiler.run(Repository.file("tests/data/tiny-bundle"), options, DeviceFacts.NONE, GO_ON);
        assertEquals(2, report.table().size());
        for (ProfileRow row : report.table()) {
            String times = text.times(row);
            boolean compared = row.over != null && !Double.isNaN(row.speedUp);
            String pattern = "[0-9.]+\u00a0ms; nine of ten within [0-9.]+\u00a0ms\\."
                    + (compared ? " [0-9.]+ times as fast as " + row.over + "\\." : "");
            assertTrue(times, times.matches(pattern));
            assertEquals(row.name + ": " + times, text.spoken(row));
        }
    }
}
