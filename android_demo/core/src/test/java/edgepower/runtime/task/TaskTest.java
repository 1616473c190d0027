package edgepower.runtime.task;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import edgepower.runtime.InputException;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.Test;
import org.junit.function.ThrowingRunnable;

/** What logits mean, by BUNDLE.md, section 6. */
public final class TaskTest {
    private static final List<String> LABELS = Arrays.asList("a", "b", "c");

    @Test
    public void softmaxOverflowsNowhereAndEqualsGoToTheFirst() {
        Classification task = new Classification();
        Decoded large = task.decode(new double[] {1000, 1000, -1000}, LABELS);
        assertEquals("a", large.label);
        assertArrayEquals(new double[] {0.5, 0.5, 0}, large.scores, 0);
        assertEquals("[a]", large.labels.toString());
        Decoded thirds = task.decode(new double[] {0, Math.log(2), 0}, LABELS);
        assertEquals("b", thirds.label);
        assertEquals(0.5, thirds.score, 1e-15);
        assertTrue(task.agree(new double[] {1, 2}, new double[] {-5, 0}));
        assertFalse(task.agree(new double[] {1, 2}, new double[] {0, 0}));
    }

    @Test
    public void aValueIsTheLogitOrItsSigmoid() {
        Decoded plain = new Regression(false).decode(new double[] {-3.5}, Collections.<String>emptyList());
        assertEquals(-3.5, plain.score, 0);
        assertEquals(null, plain.label);
        assertTrue(plain.labels.isEmpty());
        Regression sigmoid = new Regression(true);
        assertEquals(0.5, sigmoid.decode(new double[] {0}, LABELS).score, 0);
        assertEquals(1 / (1 + Math.exp(3)), sigmoid.decode(new double[] {-3}, LABELS).score, 1e-16);
        assertEquals(0, sigmoid.decode(new double[] {-1e9}, LABELS).score, 0);
        assertTrue(sigmoid.agree(new double[] {1}, new double[] {-1}));
        assertEquals("regression", sigmoid.name());
    }

    @Test
    public void labelsAboveTheThresholdFallAndEqualsStandInOrder() {
        MultiLabel task = new MultiLabel(0.5);
        Decoded found = task.decode(new double[] {1, 2, 1}, LABELS);
        assertEquals("[b, a, c]", found.labels.toString());
        assertEquals("b", found.label);
        Decoded none = task.decode(new double[] {-1, 0, -2}, LABELS);
        assertEquals("[]", none.labels.toString()); // at the threshold is not above it
        assertEquals("b", none.label);
        assertTrue(new MultiLabel(0.2).agree(new double[] {-1, 5}, new double[] {-1.3, 9}));
        assertFalse(new MultiLabel(0.2).agree(new double[] {-1, 5}, new double[] {-1.5, 9}));
        assertEquals("multi_label_classification", task.name());
    }

    @Test
    public void aThresholdIsBetween() {
        for (final double wrong : new double[] {0, 1, -1, Double.NaN}) {
            assertEquals("the threshold is " + wrong + ", must be above 0 and below 1, such as 0.5",
                assertThrows(InputException.class, new ThrowingRunnable() {
                    @Override
                    public void run() {
                        new MultiLabel(wrong);
                    }
                }).getMessage());
        }
    }
}
