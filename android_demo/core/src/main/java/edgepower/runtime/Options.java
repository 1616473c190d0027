package edgepower.runtime;

/**
 * How a bundle is opened; immutable, each method gives a changed copy.
 *
 * <pre>Classifier.open(folder, Options.DEFAULT.withPrecision("int8").withNumThreads(2))</pre>
 */
public final class Options {
    /** The first precision there is, the first cascade or budget, one thread, the bundle's own threshold. */
    public static final Options DEFAULT = new Options(null, null, 1, Double.NaN, false);

    /** {@code fp32}, {@code fp16} or {@code int8}; null takes the first there is, in this order. */
    public final String precision;

    /** A name of the manifest; null takes the first cascade that there is, else the first budget. */
    public final String budget;

    /** That one run may use, at least 1. */
    public final int numThreads;

    /** Of a multi-label model, the probability above which a text has a label; NaN takes the bundle's. */
    public final double threshold;

    /** Of a model of one value, whether to give its sigmoid. */
    public final boolean sigmoid;

    private Options(String precision, String budget, int numThreads, double threshold, boolean sigmoid) {
        this.precision = precision;
        this.budget = budget;
        this.numThreads = numThreads;
        this.threshold = threshold;
        this.sigmoid = sigmoid;
    }

    /** Takes the artifact of this precision; null takes the first there is. */
    public Options withPrecision(String value) {
        return new Options(value, budget, numThreads, threshold, sigmoid);
    }

    /** Answers by this budget or cascade; null takes the bundle's first. */
    public Options withBudget(String value) {
        return new Options(precision, value, numThreads, threshold, sigmoid);
    }

    /** Lets one run use so many threads. */
    public Options withNumThreads(int value) {
        return new Options(precision, budget, value, threshold, sigmoid);
    }

    /** Gives a text the labels whose probability is above this; NaN takes the bundle's threshold. */
    public Options withThreshold(double value) {
        return new Options(precision, budget, numThreads, value, sigmoid);
    }

    /** Gives the sigmoid of a model's one value, or the value itself. */
    public Options withSigmoid(boolean value) {
        return new Options(precision, budget, numThreads, threshold, value);
    }
}
