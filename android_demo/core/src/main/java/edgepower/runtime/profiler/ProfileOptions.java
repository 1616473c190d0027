package edgepower.runtime.profiler;

import edgepower.runtime.InputException;
import edgepower.runtime.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;

/** What to profile, and how; immutable. An empty list asks for all that the bundle has (PROFILE.md section 3). */
public final class ProfileOptions {
    /** Of the user's texts that are read: a mix is known long before, and each text runs on every case. */
    public static final int MOST_TEXTS = 2000;

    /** The name of the texts where the user gives none. */
    public static final String BUILT_IN = "built-in";

    private static final List<String> PRECISIONS = Arrays.asList("fp32", "fp16", "int8");

    /** All programs on one thread, 100 answers each. */
    public static final ProfileOptions DEFAULT = builder().build();

    /** fp32, fp16 or int8. */
    public final List<String> precisions;

    /** Of the bundle, or cascades, which are timed on texts alone. */
    public final List<String> budgets;

    /** Of programs. */
    public final List<Integer> lengths;

    /** Thread counts of one run, one at least. */
    public final List<Integer> threads;

    /** Answers of each case before its first timed one. */
    public final int warmup;

    /** Timed answers of each case. */
    public final int iterations;

    /** Ends the timing after this time; NaN for no end. */
    public final double maxSeconds;

    /** Timed answers of a turn. */
    public final int burst;

    /** To judge, in 0..100. */
    public final List<Double> percentiles;

    /** To time too, each on the program that it falls on; empty for a built-in text alone. */
    public final List<Text> texts;

    /** What the texts are called in the report, without a folder. */
    public final String textsName;

    private ProfileOptions(Builder from) {
        precisions = unique(from.precisions);
        budgets = unique(from.budgets);
        lengths = unique(from.lengths);
        threads = unique(from.threads);
        warmup = from.warmup;
        iterations = from.iterations;
        maxSeconds = from.maxSeconds;
        burst = from.burst;
        percentiles = unique(from.percentiles);
        texts = Collections.unmodifiableList(
                new ArrayList<Text>(from.texts.subList(0, Math.min(from.texts.size(), MOST_TEXTS))));
        textsName = from.textsName;
    }

    /** Begins with the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    private static <T> List<T> unique(List<T> values) {
        return Collections.unmodifiableList(new ArrayList<T>(new LinkedHashSet<T>(values)));
    }

    private void check() {
        for (String precision : precisions) {
            if (!PRECISIONS.contains(precision)) {
                throw new InputException(
                        "`precisions` " + precision + ": no precision is called so; there are fp32, fp16, int8");
            }
        }
        checkWhole("warmup", warmup, 0);
        checkWhole("iterations", iterations, 1);
        checkWhole("burst", burst, 1);
        for (int count : threads.isEmpty() ? Collections.singletonList(0) : threads) {
            checkWhole("threads", count, 1);
        }
        if (!Double.isNaN(maxSeconds) && !(maxSeconds > 0 && maxSeconds < Double.POSITIVE_INFINITY)) {
            throw new InputException("`max_seconds` " + maxSeconds + ": expected a number above 0");
        }
        for (double percent : percentiles.isEmpty() ? Collections.singletonList(Double.NaN) : percentiles) {
            if (!(percent >= 0 && percent <= 100)) {
                throw new InputException(
                        "`percentiles` " + percent + ": expected numbers in 0..100, such as 50,90,95,99");
            }
        }
    }

    private static void checkWhole(String name, int value, int minimum) {
        if (value < minimum) {
            throw new InputException(
                    "`" + name + "` " + value + ": expected a whole number of at least " + minimum);
        }
    }

    /** Collects options; not thread-safe. */
    public static final class Builder {
        private List<String> precisions = Collections.emptyList();
        private List<String> budgets = Collections.emptyList();
        private List<Integer> lengths = Collections.emptyList();
        private List<Integer> threads = Collections.singletonList(1);
        private int warmup = 10;
        private int iterations = 100;
        private double maxSeconds = Double.NaN;
        private int burst = 5;
        private List<Double> percentiles = Arrays.asList(50.0, 90.0, 95.0, 99.0);
        private List<Text> texts = Collections.emptyList();
        private String textsName = BUILT_IN;

        private Builder() {}

        /** Only these precisions. */
        public Builder precisions(String... names) {
            precisions = Arrays.asList(names);
            return this;
        }

        /** Only these budgets or cascades. */
        public Builder budgets(String... names) {
            budgets = Arrays.asList(names);
            return this;
        }

        /** Only programs of these lengths. */
        public Builder lengths(Integer... values) {
            lengths = Arrays.asList(values);
            return this;
        }

        /** These thread counts. */
        public Builder threads(Integer... counts) {
            threads = Arrays.asList(counts);
            return this;
        }

        /** Answers before the first timed one. */
        public Builder warmup(int answers) {
            warmup = answers;
            return this;
        }

        /** Timed answers of each case. */
        public Builder iterations(int answers) {
            iterations = answers;
            return this;
        }

        /** The end of the timing, in seconds above 0. */
        public Builder maxSeconds(double seconds) {
            maxSeconds = seconds;
            return this;
        }

        /** Timed answers of a turn. */
        public Builder burst(int answers) {
            burst = answers;
            return this;
        }

        /** Percentiles to judge, in 0..100. */
        public Builder percentiles(Double... values) {
            percentiles = Arrays.asList(values);
            return this;
        }

        /** Texts to time too, of which the first {@link ProfileOptions#MOST_TEXTS} are read. */
        public Builder texts(String name, List<Text> values) {
            texts = values;
            textsName = name;
            return this;
        }

        /**
         * Checks the options and makes them.
         *
         * @throws InputException a value is outside of its range
         */
        public ProfileOptions build() {
            ProfileOptions options = new ProfileOptions(this);
            options.check();
            return options;
        }
    }
}
