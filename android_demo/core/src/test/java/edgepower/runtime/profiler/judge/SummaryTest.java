package edgepower.runtime.profiler.judge;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.Test;

public class SummaryTest {
    private static List<Integer> rounds(int count, int size) {
        return new ArrayList<Integer>(Collections.nCopies(count, size));
    }

    @Test
    public void percentilesLieBetweenNeighboursOnAStraightLine() {
        Summary found = new Summary(new double[] {4, 1, 3, 2}, Arrays.asList(4));
        assertEquals(2.5, found.median, 0);
        assertEquals(3.7, found.percentile(90), 1e-12); // numpy.percentile([1, 2, 3, 4], 90)
        assertEquals(1, found.percentile(0), 0);
        assertEquals(4, found.percentile(100), 0);
        assertEquals(2, Summary.median(new double[] {9, 2, 1}), 0);
    }

    @Test
    public void oneSampleIsItsOwnInterval() {
        Summary found = new Summary(new double[] {5}, Arrays.asList(1));
        assertEquals(5, found.median, 0);
        assertEquals(5, found.medianLow, 0);
        assertEquals(5, found.medianHigh, 0);
    }

    @Test
    public void theIntervalIsThatOfTheMedian() {
        double[] samples = new double[100];
        Random random = new Random(3);
        for (int place = 0; place < samples.length; place++) {
            samples[place] = 10 + random.nextGaussian();
        }
        Summary found = new Summary(samples, rounds(100, 1));
        // The median's deviation is 1.253 / sqrt(100) of the samples' own, which is 1; the interval reaches twice that.
        assertEquals(0.25, (found.medianHigh - found.medianLow) / 2, 0.1);
        assertTrue(found.medianLow < found.median && found.median < found.medianHigh);
    }

    @Test
    public void samplesOfARoundAreDrawnTogether() {
        double[] samples = new double[100];
        for (int place = 0; place < samples.length; place++) {
            samples[place] = place / 20 % 2 == 0 ? 10 : 20; // five rounds, three fast and two slow
        }
        Summary alone = new Summary(samples, rounds(100, 1));
        Summary together = new Summary(samples, rounds(5, 20));
        // Of five rounds two slow ones outweigh three fast ones in many draws, of a hundred samples in few.
        assertEquals(20, together.medianHigh, 0);
        assertEquals(10, together.medianLow, 0);
        assertEquals(10, alone.medianLow, 0);
    }

    @Test
    public void roundsWithoutSamplesAndMoreRoundsThanBlocksAreFine() {
        double[] samples = new double[600];
        Arrays.fill(samples, 2);
        samples[0] = 1;
        List<Integer> rounds = rounds(600, 1);
        rounds.add(0);
        Summary found = new Summary(samples, rounds);
        assertEquals(2, found.medianLow, 0);
        assertEquals(2, found.medianHigh, 0);
    }
}
