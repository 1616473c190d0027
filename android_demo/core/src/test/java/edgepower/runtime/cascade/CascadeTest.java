package edgepower.runtime.cascade;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import edgepower.runtime.Answerer;
import edgepower.runtime.CascadeStats;
import edgepower.runtime.EngineException;
import edgepower.runtime.InputException;
import edgepower.runtime.Prediction;
import edgepower.runtime.Span;
import edgepower.runtime.Text;
import edgepower.runtime.TimedPrediction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.Test;
import org.junit.function.ThrowingRunnable;

/** Any two answerers as a cascade: who is asked, whose answer stands, and what cannot stand together. */
public final class CascadeTest {
    private final FixedAnswerer first = new FixedAnswerer("no", "yes");
    private final FixedAnswerer second = new FixedAnswerer("no", "yes");

    /** The worked example of BUNDLE.md, section 12: equal is enough. */
    @Test
    public void theWorkedExampleOfTheFormat() {
        Cascade cascade = Cascade.of(first, second, 0.75, 2);
        Prediction sure = cascade.answer(Text.of("0 2.1972245773362196"));
        assertEquals("yes", sure.label);
        assertEquals(0.9, sure.score, 1e-12);
        assertEquals("tier1", sure.tier());
        assertEquals(0.75, sure.tiers.get(0).confidence, 0);
        Prediction unsure = cascade.answer(Text.of("0 2"));
        assertEquals("tier2", unsure.tier());
        assertEquals(0.7310585786300049, unsure.tiers.get(0).confidence, 0);
        assertEquals(2.0, unsure.tiers.get(1).timeMs, 0);
        assertEquals(1, second.asked);
    }

    @Test
    public void anAnswerOfATierIsTimedByItsSpans() {
        Cascade cascade = Cascade.of(first, second, 0.9, 1);
        assertEquals("[tier1.all, tier2.all, decide]", cascade.spans().toString());
        TimedPrediction sure = cascade.timed(Text.of("0 9"));
        assertEquals(2000000, sure.nanoseconds[0]);
        assertEquals(0, sure.nanoseconds[1]);
        TimedPrediction unsure = cascade.timed(new Reading(Text.of("0 1")));
        assertEquals(2000000, unsure.nanoseconds[1]);
        assertEquals(3, unsure.nanoseconds.length);
    }

    @Test
    public void aListIsAnsweredTierByTierAsOneByOne() {
        Cascade cascade = Cascade.of(first, second, 0.9, 1);
        List<Text> texts = new ArrayList<Text>();
        for (int number = 0; number < 600; number++) {
            texts.add(Text.of(number % 3 + " " + number % 7));
        }
        List<Prediction> found = cascade.classify(texts);
        assertEquals(600, found.size());
        for (int number = 0; number < 600; number++) {
            Prediction alone = cascade.answer(texts.get(number));
            assertEquals(alone.tier(), found.get(number).tier());
            assertArrayEquals(alone.logits, found.get(number).logits, 0);
        }
        CascadeStats.Tier counted = cascade.stats().tiers.get(1);
        assertEquals(1200, cascade.stats().tiers.get(0).asked);
        assertEquals(counted.asked, counted.answered);
        assertEquals(second.asked, counted.asked);
        assertEquals(1200, cascade.stats().tiers.get(0).answered + counted.answered);
    }

    @Test
    public void threeByNestingHaveNamesByTheirPlaces() {
        FixedAnswerer third = new FixedAnswerer("no", "yes");
        Cascade inner = Cascade.of(second, third, 0.8, 1);
        Cascade cascade = Cascade.of(first, inner, 0.9, 1);
        Prediction found = cascade.answer(Text.of("0 0"));
        assertEquals("tier3", found.tier());
        assertEquals("no", found.label);
        assertEquals(3, found.tiers.size());
        assertEquals("tier2", found.tiers.get(1).name);
        Tier named = new Tier("small", second, 1, 0.8);
        Cascade mixed = Cascade.of(first, Cascade.of(Arrays.asList(named, new Tier("large", third, 1, Double.NaN))),
            0.9, 1);
        assertEquals("[tier1.all, small.all, large.all, decide]", mixed.spans().toString());
    }

    @Test
    public void aFirstThatIsACascadeIsAskedAsAnybodyAsks() {
        Cascade inner = Cascade.of(first, second, 0.8, 1);
        Cascade cascade = Cascade.of(inner, new FixedAnswerer("no", "yes"), 0.95, 1);
        Prediction found = cascade.answer(Text.of("0 2"));
        assertEquals("[tier1.tier1.all, tier1.tier2.all, tier1.decide, tier2.all, decide]",
            cascade.spans().toString());
        assertEquals("tier2", found.tier());
        assertEquals(2, found.tiers.size());
    }

    @Test
    public void aTierThatFailsFailsTheAnswer() {
        final Cascade cascade = Cascade.of(first, second, 0.9, 1);
        ThrowingRunnable call = new ThrowingRunnable() {
            @Override
            public void run() {
                cascade.answer(Text.of("fail"));
            }
        };
        assertEquals("the engine is gone", assertThrows(EngineException.class, call).getMessage());
        assertEquals(0, cascade.stats().tiers.get(0).asked);
    }

    @Test
    public void warmingUpReachesEveryTier() {
        Cascade.of(first, second, 0.9, 1).warmUp();
        assertEquals(1, first.warmed);
        assertEquals(1, second.warmed);
    }

    @Test
    public void labelsAndTaskAreThoseOfTheTiers() {
        Cascade cascade = Cascade.of(first, second, 0.9, 1);
        assertEquals(Arrays.asList("no", "yes"), cascade.labels());
        assertEquals("classification", cascade.task());
        assertTrue(Double.isNaN(cascade.tiers().get(1).threshold));
    }

    @Test
    public void whatCannotStandTogetherIsRefused() {
        assertRefused(second, 0.5, 1, "the threshold of tier1 is 0.5, must be above 1/2, the confidence of a tier that "
            + "knows nothing, and at most 1");
        assertRefused(second, Double.NaN, 1, "the threshold of tier1 is NaN, must be above 1/2, the confidence of a "
            + "tier that knows nothing, and at most 1");
        assertRefused(second, 0.9, 0, "the temperature of tier1 is 0.0, must be a number above 0");
        assertRefused(second, 0.9, Double.NaN, "the temperature of tier1 is NaN, must be a number above 0");
        assertRefused(new FixedAnswerer("yes", "no"), 0.9, 1,
            "tier2 has the labels [yes, no] and the first tier [no, yes]; must be the same, in order");
        assertRefused(new FixedAnswerer("1", "2", "3", "4", "5", "6", "7"), 0.9, 1, "tier2 has the labels "
            + "[1, 2, 3, 4, 5, 6, ...] and the first tier [no, yes]; must be the same, in order");
        assertRefused(new OtherTask("regression"), 0.9, 1,
            "tier2 does regression and the first tier classification; must be the same");
    }

    @Test
    public void tasksWithoutOneConfidenceAreRefused() {
        assertTiersRefused("a cascade compares the confidence of one answer, and a value has no probability; ask one "
            + "model alone", new Tier("a", new OtherTask("regression"), 1, 0.9), new Tier("b", second, 1, Double.NaN));
        assertTiersRefused("a cascade compares the confidence of one answer, and several labels a text are as many "
            + "answers, each with its own probability; ask one model alone",
            new Tier("a", new OtherTask("multi_label_classification"), 1, 0.9), new Tier("b", second, 1, Double.NaN));
    }

    @Test
    public void tiersHaveNamesAndTheLastNoThreshold() {
        assertTiersRefused("a cascade needs two tiers or more, found 1", new Tier("a", first, 1, Double.NaN));
        assertTiersRefused("the tiers are named a, a; give each a name of its own",
            new Tier("a", first, 1, 0.9), new Tier("a", second, 1, Double.NaN));
        assertTiersRefused("the last tier b has the threshold 0.9; its answer always stands",
            new Tier("a", first, 1, 0.9), new Tier("b", second, 1, 0.9));
    }

    private void assertRefused(final Answerer other, final double threshold, final double temperature, String message) {
        assertMessage(message, new ThrowingRunnable() {
            @Override
            public void run() {
                Cascade.of(first, other, threshold, temperature);
            }
        });
    }

    private static void assertTiersRefused(String message, final Tier... tiers) {
        assertMessage(message, new ThrowingRunnable() {
            @Override
            public void run() {
                Cascade.of(Arrays.asList(tiers));
            }
        });
    }

    private static void assertMessage(String message, ThrowingRunnable call) {
        assertEquals(message, assertThrows(InputException.class, call).getMessage());
    }

    /** An answerer of another task, which nobody gets to ask. */
    private static final class OtherTask implements Answerer {
        private final String task;

        OtherTask(String task) {
            this.task = task;
        }

        @Override
        public String task() {
            return task;
        }

        @Override
        public List<String> labels() {
            return Collections.emptyList();
        }

        @Override
        public Prediction answer(Text text) {
            throw new AssertionError();
        }

        @Override
        public List<Span> spans() {
            return Collections.emptyList();
        }

        @Override
        public TimedPrediction timed(Text text) {
            throw new AssertionError();
        }

        @Override
        public void warmUp() {
            throw new AssertionError();
        }
    }
}
