package edgepower.runtime;

import edgepower.runtime.retention.RetentionConfig;
import edgepower.runtime.retention.Survivors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** One run of a program on the way to an answer. */
public final class Step {
    /** The program's name. */
    public final String program;

    /** Tokens that the text ran at: the program's length, or the text's own where the program takes any. */
    public final int length;

    /** The configuration at this length. */
    public final RetentionConfig retention;

    /** Its output {@code kept}, as the engine gave it; null where the program drops nothing. Do not change it. */
    public final int[] rows;

    /** The first encoder that it computed, counted from 1; above 1 it went on from the step before. */
    public final int first;

    /** Notes a run. */
    public Step(String program, int length, RetentionConfig retention, int[] rows, int first) {
        this.program = program;
        this.length = length;
        this.retention = retention;
        this.rows = rows;
        this.first = first;
    }

    /**
     * Positions of the words that each encoder but the last passes on, as {@link Prediction#survivors}.
     *
     * <p>Those of a stage that goes on from another count the rows that this one handed on.
     *
     * @param numTokens of the text; what is beyond is padding, and left out
     * @throws edgepower.runtime.retention.RetentionException the program gave rows that cannot be
     */
    public List<int[]> survivors(int numTokens) {
        return composed(Collections.singletonList(this), numTokens);
    }

    /** What survives each encoder of steps that go on from one another; empty where none of them drops anything. */
    static List<int[]> composed(List<Step> path, int numTokens) {
        List<int[]> found = new ArrayList<int[]>();
        boolean isDropping = false;
        int[] entering = null;
        for (Step step : path) {
            if (step.rows != null) {
                isDropping = true;
                found.addAll(Arrays.asList(Survivors.of(step.rows, step.retention, entering)));
            } else {
                int[] all = entering == null ? Survivors.upTo(step.retention.length) : entering;
                found.addAll(Collections.nCopies(step.retention.passing(), all));
            }
            entering = found.isEmpty() ? null : found.get(found.size() - 1);
        }
        if (!isDropping) {
            return Collections.emptyList();
        }
        List<int[]> words = new ArrayList<int[]>(found.size());
        for (int[] positions : found) {
            words.add(below(positions, numTokens));
        }
        return words;
    }

    private static int[] below(int[] positions, int numTokens) {
        int[] words = new int[positions.length];
        int count = 0;
        for (int position : positions) {
            if (position < numTokens) {
                words[count++] = position;
            }
        }
        return Arrays.copyOf(words, count);
    }
}
