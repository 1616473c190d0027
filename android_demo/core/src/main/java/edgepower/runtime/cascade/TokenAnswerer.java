package edgepower.runtime.cascade;

import edgepower.runtime.Answerer;
import edgepower.runtime.Prediction;
import edgepower.runtime.Span;
import edgepower.runtime.Text;
import edgepower.runtime.TimedPrediction;
import edgepower.runtime.task.Task;
import edgepower.runtime.text.EncodedText;
import edgepower.runtime.text.TextEncoder;
import java.util.List;

/** Answers token ids; the first of its {@link #spans} is what tokenizing takes. */
public abstract class TokenAnswerer implements Answerer {
    protected final Task task;
    protected final List<String> labels;
    private final List<Span> spans;
    private final TextEncoder encoder;
    private final int maxLength;

    protected TokenAnswerer(Task task, List<String> labels, List<Span> spans, TextEncoder encoder, int maxLength) {
        this.task = task;
        this.labels = labels;
        this.spans = spans;
        this.encoder = encoder;
        this.maxLength = maxLength;
    }

    @Override
    public final String task() {
        return task.name();
    }

    @Override
    public final List<String> labels() {
        return labels;
    }

    @Override
    public final List<Span> spans() {
        return spans;
    }

    /** The tokenizer. */
    public final TextEncoder encoder() {
        return encoder;
    }

    /** Where a text is cut: the largest number of ids. */
    public final int maxLength() {
        return maxLength;
    }

    /**
     * Answers a text that is encoded, and takes the time of each of {@link #spans} but the first, which is 0.
     *
     * @throws edgepower.runtime.EngineException the engine failed
     */
    public abstract TimedPrediction timedEncoded(EncodedText encoded);

    @Override
    public final Prediction answer(Text text) {
        return timedEncoded(encoder.encode(text, maxLength)).prediction;
    }

    @Override
    public final TimedPrediction timed(Text text) {
        long start = System.nanoTime();
        EncodedText encoded = encoder.encode(text, maxLength);
        long taken = System.nanoTime() - start;
        TimedPrediction timed = timedEncoded(encoded);
        timed.nanoseconds[0] = taken; // nobody else has it yet
        return timed;
    }
}
