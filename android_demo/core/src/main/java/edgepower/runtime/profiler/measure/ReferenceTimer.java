package edgepower.runtime.profiler.measure;

import edgepower.runtime.profiler.report.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A fixed computation, timed before turns of the cases: it tells how fast the machine itself was meanwhile (PROFILE.md
 * section 9).
 *
 * <p>Other guests of a host, a clock or heat slow a machine for minutes. Then every program and the reference slow
 * alike, and {@code --compare} can tell the machine from the bundle. The virtual machine compiles the computation, so
 * its version is part of the work's name: times of another one are not to be compared.
 */
final class ReferenceTimer {
    // Three matrices of 100 KB: they fit a core's second cache, and leave alone what a program has in the third.
    private static final int SIZE = 160;
    private static final int TIMED = 2;
    // The first product finds the caches full of a program, and must not tell how large that was.
    private static final int UNTIMED = 1;
    // With the untimed product a few percent of the time, however slow the machine is and however fast the programs.
    private static final int LEAST_GAP = 30;
    // A virtual machine compiles what ran some ten thousand times, on a thread of its own, within this.
    private static final long COMPILED_NS = 300_000_000;

    private final float[] left = new float[SIZE * SIZE];
    private final float[] right = new float[SIZE * SIZE];
    private final float[] out = new float[SIZE * SIZE];
    private final List<Integer> rounds = new ArrayList<Integer>();
    private final List<Double> timesMs = new ArrayList<Double>();
    private long endedNs;
    private long tookNs;

    /** Fills the matrices, and computes until the virtual machine has compiled it. */
    ReferenceTimer() {
        Random random = new Random(0);
        for (int place = 0; place < SIZE * SIZE; place++) {
            left[place] = (float) random.nextGaussian();
            right[place] = (float) random.nextGaussian();
        }
        long start = System.nanoTime();
        while (System.nanoTime() - start < COMPILED_NS) {
            compute(TIMED);
        }
    }

    /** What is computed; it changes with any of the constants, and with the virtual machine. */
    static String work() {
        return TIMED + " products of float32 " + SIZE + " x " + SIZE + " in Java, " + System.getProperty("java.vm.name")
                + " " + System.getProperty("java.vm.version");
    }

    /** Times it if the turn is the first of a round, or if it has not been timed for long. */
    void beforeTurn(boolean isNewRound) {
        if (isNewRound) {
            rounds.add(0);
        } else if (System.nanoTime() - endedNs < LEAST_GAP * tookNs) {
            return;
        }
        compute(UNTIMED);
        long start = System.nanoTime();
        compute(TIMED);
        endedNs = System.nanoTime();
        tookNs = endedNs - start;
        timesMs.add(tookNs / 1e6);
        rounds.set(rounds.size() - 1, rounds.get(rounds.size() - 1) + 1);
    }

    /** The samples, in the order they were taken. */
    Reference result() {
        return new Reference(work(), rounds, timesMs);
    }

    private void compute(int products) {
        for (int product = 0; product < products; product++) {
            for (int row = 0; row < SIZE; row++) {
                computeRow(row * SIZE);
            }
        }
    }

    /** A method of its own, so that it is compiled as a whole and not in the middle of a loop. */
    private void computeRow(int begin) {
        for (int place = 0; place < SIZE; place++) {
            out[begin + place] = 0;
        }
        for (int inner = 0; inner < SIZE; inner++) {
            float factor = left[begin + inner];
            int from = inner * SIZE;
            for (int place = 0; place < SIZE; place++) {
                out[begin + place] += factor * right[from + place];
            }
        }
    }
}
