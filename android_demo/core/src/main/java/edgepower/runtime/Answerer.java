package edgepower.runtime;

import java.util.List;

/**
 * Whatever answers a text: a classifier, a bag tier, a stage, a cascade.
 *
 * <p>Implementations may be asked by many threads at once.
 */
public interface Answerer {
    /** What is answered: {@code classification}, {@code regression} or {@code multi_label_classification}. */
    String task();

    /** Labels in the order of {@link Prediction#scores}; empty for a regression. */
    List<String> labels();

    /**
     * Answers one text or one pair.
     *
     * @throws InputException it is no text that can be read
     * @throws EngineException the engine failed, or was closed
     */
    Prediction answer(Text text);

    /** The parts of an answer in their order, the same for every text; together they are the whole of it. */
    List<Span> spans();

    /**
     * Answers as {@link #answer} does, and takes the time of each of {@link #spans}.
     *
     * @throws InputException it is no text that can be read
     * @throws EngineException the engine failed, or was closed
     */
    TimedPrediction timed(Text text);

    /**
     * Loads everything that an answer may need and runs it once, so that no later text waits for it.
     *
     * @throws EngineException a program does not load or run
     */
    void warmUp();
}
