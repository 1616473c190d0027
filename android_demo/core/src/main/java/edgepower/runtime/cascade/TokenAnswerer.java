package edgepower.runtime.cascade;

import edgepower.runtime.Answerer;
import edgepower.runtime.Prediction;
import edgepower.runtime.Text;
import edgepower.runtime.TimedPrediction;
import edgepower.runtime.text.EncodedText;
import edgepower.runtime.text.TextEncoder;

/** Answers token ids; the first of its {@link #spans} is what tokenizing takes. */
public abstract class TokenAnswerer implements Answerer {
    /** The tokenizer. */
    public abstract TextEncoder encoder();

    /** Where a text is cut: the largest number of ids. */
    public abstract int maxLength();

    /**
     * Answers a text that is encoded, and takes the time of each of {@link #spans} but the first, which is 0.
     *
     * @throws edgepower.runtime.EngineException the engine failed
     */
    public abstract TimedPrediction timedEncoded(EncodedText encoded);

    @Override
    public final Prediction answer(Text text) {
        return timedEncoded(encoder().encode(text, maxLength())).prediction;
    }

    @Override
    public final TimedPrediction timed(Text text) {
        long start = System.nanoTime();
        EncodedText encoded = encoder().encode(text, maxLength());
        long taken = System.nanoTime() - start;
        TimedPrediction timed = timedEncoded(encoded);
        timed.nanoseconds[0] = taken; // nobody else has it yet
        return timed;
    }
}
