package edgepower.runtime.cascade;

import edgepower.runtime.Answerer;
import edgepower.runtime.Span;
import edgepower.runtime.TierRun;
import edgepower.runtime.TimedPrediction;
import edgepower.runtime.text.EncodedText;
import java.util.ArrayList;
import java.util.List;

/** One tier of a cascade at its place: asked about a text, it settles the answer or passes the text on. */
final class Rung {
    private static final double NS_PER_MS = 1e6;

    private final Tier tier;
    private final int place;

    Rung(Tier tier, int place) {
        this.tier = tier;
        this.place = place;
    }

    /** Those of the tier, with its name before each. */
    List<Span> spans() {
        List<Span> spans = new ArrayList<Span>();
        for (Span span : tier.answerer.spans()) {
            spans.add(new Span(tier.name + "." + span.name, span.inEngine));
        }
        return spans;
    }

    /**
     * Asks the tier, and says whether the answer of {@code asked} stands.
     *
     * @param times where the nanoseconds of the tier's spans go
     * @param first the place of the first
     */
    boolean settles(Asked asked, long[] times, int first) {
        TimedPrediction timed = ask(asked.reading);
        long taken = 0;
        for (int span = 0; span < timed.nanoseconds.length; span++) {
            times[first + span] = timed.nanoseconds[span];
            taken += timed.nanoseconds[span];
        }
        double sure = Confidence.of(timed.prediction, tier.temperature);
        asked.note(place, new TierRun(tier.name, sure, taken / NS_PER_MS, timed.prediction.steps.size()),
            timed.prediction);
        return Double.isNaN(tier.threshold) || sure >= tier.threshold;
    }

    private TimedPrediction ask(Reading reading) {
        Answerer answerer = tier.answerer;
        if (answerer instanceof ReadingAnswerer) {
            return ((ReadingAnswerer) answerer).timed(reading);
        }
        if (!(answerer instanceof TokenAnswerer)) {
            return answerer.timed(reading.text);
        }
        TokenAnswerer reader = (TokenAnswerer) answerer;
        long start = System.nanoTime();
        EncodedText encoded = reading.encodedFor(reader.encoder(), reader.maxLength());
        long taken = System.nanoTime() - start;
        TimedPrediction timed = reader.timedEncoded(encoded);
        timed.nanoseconds[0] = taken; // nobody else has it yet
        return timed;
    }
}
