package edgepower.runtime;

/** An answer with the time that each of its parts took. */
public final class TimedPrediction {
    /** The answer. */
    public final Prediction prediction;

    /** Nanoseconds of each of {@link Answerer#spans}; 0 for one that this text did not need. Do not change it. */
    public final long[] nanoseconds;

    /** Puts an answer and its times together. */
    public TimedPrediction(Prediction prediction, long[] nanoseconds) {
        this.prediction = prediction;
        this.nanoseconds = nanoseconds;
    }
}
