package edgepower.runtime.cascade;

import edgepower.runtime.BundleException;
import edgepower.runtime.Prediction;
import edgepower.runtime.Span;
import edgepower.runtime.Step;
import edgepower.runtime.TimedPrediction;
import edgepower.runtime.task.Classification;
import edgepower.runtime.text.EncodedText;
import edgepower.runtime.text.TextEncoder;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * Answers a text by a table of word pieces and pairs, in microseconds (fastText; BUNDLE.md, section 11).
 *
 * <p>Many threads may ask at once.
 */
public final class BagTier extends TokenAnswerer {
    /** Bytes that its file may have. */
    public static final int FILE_BYTES = BagFile.BYTES;

    private static final List<Span> SPANS = Collections.unmodifiableList(
        Arrays.asList(new Span("encode", false), new Span("look_up", false), new Span("decode", false)));

    private final BagTable table;

    private BagTier(BagTable table, TextEncoder encoder, List<String> labels, int maxLength) {
        super(new Classification(), labels, SPANS, encoder, maxLength);
        this.table = table;
    }

    /**
     * Reads a bag tier's file and checks all of it.
     *
     * @param data the content
     * @param name the file's, for messages
     * @param encoder the tokenizer that it was trained with
     * @param labels of the bundle, in the order of the logits
     * @param maxLength where texts are cut
     * @throws BundleException it is no such file, its tensors do not fit each other, or it is for other labels
     */
    public static BagTier read(byte[] data, String name, TextEncoder encoder, List<String> labels, int maxLength) {
        BagTable table = BagFile.read(data, name);
        if (table.labels != labels.size()) {
            throw new BundleException("the bag tier knows " + table.labels + " labels, the bundle has "
                + labels.size() + "; train it for these");
        }
        return new BagTier(table, encoder, labels, maxLength);
    }

    @Override
    public TimedPrediction timedEncoded(EncodedText encoded) {
        long start = System.nanoTime();
        double[] logits = table.logits(encoded.ids);
        long looked = System.nanoTime();
        Prediction prediction =
            task.predict(labels, encoded, logits, Collections.<Step>emptyList());
        return new TimedPrediction(prediction, new long[] {0, looked - start, System.nanoTime() - looked});
    }

    /** Does nothing: a table is ready when it was read. */
    @Override
    public void warmUp() {
    }
}
