package edgepower.runtime.cascade;

import edgepower.runtime.Answerer;
import edgepower.runtime.TimedPrediction;

/** Answers a text on its way, with what the tiers before it worked out. */
public interface ReadingAnswerer extends Answerer {
    /**
     * Answers as {@link #timed} does.
     *
     * @throws edgepower.runtime.InputException it is no text that can be read
     * @throws edgepower.runtime.EngineException the engine failed
     */
    TimedPrediction timed(Reading reading);
}
