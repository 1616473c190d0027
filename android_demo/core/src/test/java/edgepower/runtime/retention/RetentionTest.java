package edgepower.runtime.retention;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import org.junit.Test;
import org.junit.function.ThrowingRunnable;

public final class RetentionTest {
    /** The worked example of BUNDLE.md, section 5. */
    private static final RetentionConfig CONFIG = new RetentionConfig(8, new int[] {8, 4, 4, 2, 1});

    @Test
    public void theWorkedExampleOfTheFormat() {
        int[][] found = Survivors.of(new int[] {0, 5, 2, 7, 0, 3}, CONFIG, null);
        assertArrayEquals(
            new int[][] {{0, 1, 2, 3, 4, 5, 6, 7}, {0, 5, 2, 7}, {0, 5, 2, 7}, {0, 7}}, found);
        assertEquals(6, CONFIG.keptSize());
        assertFalse(CONFIG.drops(0) || CONFIG.drops(2) || CONFIG.drops(4));
        assertTrue(CONFIG.drops(1) && CONFIG.drops(3));
    }

    @Test
    public void theWorkedExampleInTwoStages() {
        RetentionConfig first = CONFIG.part(1, 3);
        RetentionConfig second = CONFIG.part(4, 5);
        int[][] before = Survivors.of(new int[] {0, 5, 2, 7}, first, null);
        int[][] after = Survivors.of(new int[] {0, 3}, second, before[2]);
        assertArrayEquals(new int[] {0, 5, 2, 7}, before[2]);
        assertArrayEquals(new int[][] {{0, 7}}, after);
        assertEquals(3, first.passing());
        assertEquals(1, second.passing());
    }

    @Test
    public void aStageThatKeepsOneWordDropsToo() {
        // The last encoder is apart in the model's last stage alone.
        RetentionConfig config = new RetentionConfig(4, new int[] {2, 1, 1}).part(1, 2);
        assertTrue(config.drops(1));
        assertEquals(3, config.keptSize());
    }

    @Test
    public void rowsThatCannotBeAreRefused() {
        assertRefused(new int[] {0, 5, 2, 7, 0}, "kept has 5 rows, expected 6 for RetentionConfig(length=8, "
            + "keep=(8, 4, 4, 2, 1))");
        assertRefused(new int[] {1, 5, 2, 7, 0, 3},
            "encoder 2 keeps the rows [1, 5, 2, 7]; the first must be 0, which is [CLS]");
        assertRefused(new int[] {0, 8, 2, 7, 0, 3}, "encoder 2 keeps the rows [0, 8, 2, 7]; each must be in 0..7");
        assertRefused(new int[] {0, -1, 2, 7, 0, 3}, "encoder 2 keeps the rows [0, -1, 2, 7]; each must be in 0..7");
        assertRefused(new int[] {0, 5, 5, 7, 0, 3}, "encoder 2 keeps the rows [0, 5, 5, 7]; each may be kept once");
        assertRefused(new int[] {0, 5, 2, 7, 0, 4}, "encoder 4 keeps the rows [0, 4]; each must be in 0..3");
    }

    @Test
    public void aScheduleIsRoundedUpwardsWithSlack() {
        RetentionSchedule schedule = new RetentionSchedule(new double[] {0.9, 0.35, 0.01, 0.01});
        assertArrayEquals(new int[] {18, 7, 1, 1}, schedule.at(20).keepAll());
        assertArrayEquals(new int[] {1, 1, 1, 1}, schedule.at(1).keepAll());
        assertEquals(4, schedule.encoders());
        assertTrue(new RetentionSchedule(new double[] {1, 1, 0.2}).at(9).isFull());
        assertFalse(schedule.at(20).isFull());
    }

    @Test
    public void whatBreaksARuleIsRefused() {
        assertConfigRefused(new int[] {}, "expected one number of word-vectors per encoder, found none; got "
            + "RetentionConfig(length=4, keep=())");
        assertConfigRefused(new int[] {5}, "encoder 1 keeps 5 word-vectors, must be 1..4; got "
            + "RetentionConfig(length=4, keep=(5,))");
        assertConfigRefused(new int[] {2, 0}, "encoder 2 keeps 0 word-vectors, must be 1..2; got "
            + "RetentionConfig(length=4, keep=(2, 0))");
        assertScheduleRefused(new double[] {}, "expected one fraction per encoder, found none");
        assertScheduleRefused(new double[] {Double.NaN},
            "encoder 1 has the fraction NaN, must be in (0, 1]; got RetentionSchedule(fractions=(NaN,))");
        assertScheduleRefused(new double[] {0.5, 0.75}, "encoder 2 has 0.75, more than the 0.5 before; must not grow; "
            + "got RetentionSchedule(fractions=(0.5, 0.75))");
    }

    @Test
    public void configurationsAreEqualByWhatTheyKeep() {
        RetentionConfig same = new RetentionConfig(8, new int[] {8, 4, 4, 2, 1});
        assertEquals(CONFIG, same);
        assertEquals(CONFIG.hashCode(), same.hashCode());
        assertNotEquals(CONFIG, new RetentionConfig(9, new int[] {8, 4, 4, 2, 1}));
        assertNotEquals(CONFIG.part(1, 2), new RetentionConfig(8, new int[] {8, 4}));
        assertNotEquals(CONFIG, "a text");
    }

    private static void assertRefused(final int[] kept, String message) {
        assertMessage(message, new ThrowingRunnable() {
            @Override
            public void run() {
                Survivors.of(kept, CONFIG, null);
            }
        });
    }

    private static void assertConfigRefused(final int[] keep, String message) {
        assertMessage(message, new ThrowingRunnable() {
            @Override
            public void run() {
                new RetentionConfig(4, keep);
            }
        });
    }

    private static void assertScheduleRefused(final double[] fractions, String message) {
        assertMessage(message, new ThrowingRunnable() {
            @Override
            public void run() {
                new RetentionSchedule(fractions);
            }
        });
    }

    private static void assertMessage(String message, ThrowingRunnable call) {
        assertEquals(message, assertThrows(RetentionException.class, call).getMessage());
    }
}
