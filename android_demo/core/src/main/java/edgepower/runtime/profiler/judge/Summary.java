package edgepower.runtime.profiler.judge;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

/** What a series of samples says: its centre, its tail, and how sure the centre is. */
public final class Summary {
    // The ends of a 95 % interval then rest on 25 draws each.
    private static final int RESAMPLES = 1000;
    // With fewer rounds, whole rounds make too few different resamples for a 95 % interval.
    private static final int LEAST_ROUNDS = 5;
    // More say no more about the interval and cost time; neighbours are then drawn together.
    private static final int MOST_BLOCKS = 200;

    /** Half of the samples lie below. */
    public final double median;

    /** The lower end of the median's 95 % interval. */
    public final double medianLow;

    /** The upper end of the median's 95 % interval. */
    public final double medianHigh;

    private final double[] ordered;

    /**
     * Sums samples up.
     *
     * <p>What disturbs a machine lasts longer than a sample, so those of a round are alike: the interval draws whole
     * rounds, as many as there are, with repeats.
     *
     * @param samples one at least, in the order they were taken
     * @param rounds how many of them each round took
     */
    public Summary(double[] samples, List<Integer> rounds) {
        Integer[] order = order(samples);
        int[] blocks = blocks(samples.length, rounds);
        ordered = new double[samples.length];
        int[] blockOf = new int[samples.length];
        for (int place = 0; place < order.length; place++) {
            ordered[place] = samples[order[place]];
            blockOf[place] = blocks[order[place]];
        }
        double[] draws = draws(ordered, blockOf, blocks[blocks.length - 1] + 1);
        median = percentile(ordered, 50);
        medianLow = percentile(draws, 2.5);
        medianHigh = percentile(draws, 97.5);
    }

    /** A percentile of the samples, in 0..100, between neighbours on a straight line. */
    public double percentile(double percent) {
        return percentile(ordered, percent);
    }

    /** The median of samples that need no interval. */
    public static double median(double[] samples) {
        double[] copy = samples.clone();
        Arrays.sort(copy);
        return percentile(copy, 50);
    }

    private static double percentile(double[] ordered, double percent) {
        double place = percent / 100 * (ordered.length - 1);
        int below = (int) place;
        int above = Math.min(below + 1, ordered.length - 1);
        return ordered[below] + (place - below) * (ordered[above] - ordered[below]);
    }

    private static Integer[] order(final double[] samples) {
        Integer[] order = new Integer[samples.length];
        for (int place = 0; place < order.length; place++) {
            order[place] = place;
        }
        Arrays.sort(order, new Comparator<Integer>() {
            @Override
            public int compare(Integer one, Integer other) {
                return Double.compare(samples[one], samples[other]);
            }
        });
        return order;
    }

    /** The block, from 0, that each sample is drawn with. */
    private static int[] blocks(int samples, List<Integer> rounds) {
        int filled = 0;
        for (int size : rounds) {
            filled += size > 0 ? 1 : 0;
        }
        boolean whole = filled >= LEAST_ROUNDS;
        int units = whole ? filled : samples;
        int most = Math.min(units, MOST_BLOCKS);
        int[] found = new int[samples];
        int sample = 0;
        int unit = 0;
        for (int round = 0; round < (whole ? rounds.size() : samples); round++) {
            int size = whole ? rounds.get(round) : 1;
            Arrays.fill(found, sample, sample + size, unit * most / units);
            sample += size;
            unit += size > 0 ? 1 : 0;
        }
        return found;
    }

    private static double[] draws(double[] ordered, int[] blockOf, int blocks) {
        Random random = new Random(0);
        double[] medians = new double[RESAMPLES];
        for (int draw = 0; draw < RESAMPLES; draw++) {
            int[] weights = new int[blocks];
            for (int count = 0; count < blocks; count++) {
                weights[random.nextInt(blocks)]++;
            }
            medians[draw] = weightedMedian(ordered, blockOf, weights);
        }
        Arrays.sort(medians);
        return medians;
    }

    /** The median of samples of which each is repeated as often as its block was drawn. */
    private static double weightedMedian(double[] ordered, int[] blockOf, int[] weights) {
        long total = 0;
        for (int block : blockOf) {
            total += weights[block];
        }
        // Of t values in order, the middle two are the ceil(t / 2)-th and the (floor(t / 2) + 1)-th; equal where t is odd.
        return (reached(ordered, blockOf, weights, (total + 1) / 2)
                        + reached(ordered, blockOf, weights, total / 2 + 1))
                / 2;
    }

    private static double reached(double[] ordered, int[] blockOf, int[] weights, long rank) {
        long sum = 0;
        int place = -1;
        while (sum < rank) {
            place++;
            sum += weights[blockOf[place]];
        }
        return ordered[place];
    }
}
