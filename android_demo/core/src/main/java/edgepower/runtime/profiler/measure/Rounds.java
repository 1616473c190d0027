package edgepower.runtime.profiler.measure;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Timed answers, in rounds: every series gets its turn in each, so that a drifting machine hurts all alike. */
final class Rounds {
    private static final long SEED = 0;

    private Rounds() {}

    /**
     * Takes all samples that are wanted (PROFILE.md section 3).
     *
     * @param series what to take them of
     * @param burst samples of a turn
     * @param maxSeconds when to stop, every series keeping its first turn; NaN for no end
     * @param steps hear of each turn, and may cancel between answers
     * @param reference is timed before the untimed answer of a turn; null for nothing
     */
    static void take(List<Series> series, int burst, double maxSeconds, Steps steps, ReferenceTimer reference) {
        long start = System.nanoTime();
        int begun = steps.begun();
        Random shuffle = new Random(SEED);
        List<Series> order = new ArrayList<Series>(series);
        while (isOneLeft(series)) {
            Collections.shuffle(order, shuffle);
            boolean isNewRound = true;
            for (Series item : order) {
                double part = (System.nanoTime() - start) / (1e9 * maxSeconds); // NaN where there is no end
                if (part > 1 && haveAllBegun(series)) {
                    steps.skipTo(begun + numTurns(series, burst));
                    return;
                }
                if (item.left() > 0 && !(part > 1 && !item.rounds.isEmpty())) {
                    steps.step("timing: " + item.name);
                    steps.skipTo(begun + (int) (Math.min(1, part) * numTurns(series, burst)));
                    if (reference != null) {
                        reference.beforeTurn(isNewRound);
                    }
                    isNewRound = false;
                    item.takeTurn(burst, steps);
                }
            }
        }
    }

    /** How many turns all samples take. */
    static int numTurns(List<Series> series, int burst) {
        int turns = 0;
        for (Series item : series) {
            turns += (item.wanted() + burst - 1) / burst;
        }
        return turns;
    }

    private static boolean isOneLeft(List<Series> series) {
        for (Series item : series) {
            if (item.left() > 0) {
                return true;
            }
        }
        return false;
    }

    private static boolean haveAllBegun(List<Series> series) {
        for (Series item : series) {
            if (item.rounds.isEmpty()) {
                return false;
            }
        }
        return true;
    }
}
