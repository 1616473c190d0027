package edgepower.runtime.cascade;

import edgepower.runtime.Answerer;
import edgepower.runtime.CascadeStats;
import edgepower.runtime.InputException;
import edgepower.runtime.Prediction;
import edgepower.runtime.Span;
import edgepower.runtime.Text;
import edgepower.runtime.TimedPrediction;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Answers by the first of its tiers that is sure enough (BUNDLE.md, section 12; TangoBERT, arXiv:2204.06271).
 *
 * <p>Each tier is asked in order. Its answer stands where its confidence is at least its threshold; the last one's
 * always stands. A tier that fails fails the answer. Many threads may ask at once, where the tiers allow it.
 */
public final class Cascade implements ReadingAnswerer {
    // Texts of a list that go through the tiers together: what stages hand on is held for as many.
    private static final int PORTION = 256;

    private final List<Tier> tiers;
    private final Rung[] rungs;
    private final int[] firstSpans;
    private final List<Span> spans;
    private final TierCounter counter;

    private Cascade(List<Tier> tiers) {
        TierChecks.check(tiers);
        this.tiers = Collections.unmodifiableList(new ArrayList<Tier>(tiers));
        rungs = new Rung[tiers.size()];
        firstSpans = new int[tiers.size()];
        List<Span> all = new ArrayList<Span>();
        for (int place = 0; place < rungs.length; place++) {
            rungs[place] = new Rung(tiers.get(place), place);
            firstSpans[place] = all.size();
            all.addAll(rungs[place].spans());
        }
        all.add(new Span("decide", false));
        spans = Collections.unmodifiableList(all);
        counter = new TierCounter(this.tiers);
    }

    /**
     * Puts two answerers together; more by nesting. The tiers are named tier1, tier2 and so on.
     *
     * @param first is asked every text
     * @param second is asked where the first is not sure enough; a cascade gives its own tiers
     * @param threshold in (1/labels, 1]: the first's answer stands where its confidence is at least this
     * @param temperature above 0, of the first
     * @throws InputException the two have other labels or another task, it is a task without one confidence, or a
     *     number is outside its range
     */
    public static Cascade of(Answerer first, Answerer second, double threshold, double temperature) {
        List<Tier> tiers = new ArrayList<Tier>();
        tiers.add(new Tier("tier1", first, temperature, threshold));
        if (second instanceof Cascade) {
            for (Tier tier : ((Cascade) second).tiers) {
                String numbered = "tier" + tiers.size();
                tiers.add(tier.name.equals(numbered) ? tier.named("tier" + (tiers.size() + 1)) : tier);
            }
        } else {
            tiers.add(new Tier("tier2", second, 1, Double.NaN));
        }
        return new Cascade(tiers);
    }

    /**
     * Puts two or more tiers together, the last without a threshold.
     *
     * @param tiers in the order they are asked
     * @throws InputException see {@link #of(Answerer, Answerer, double, double)}
     */
    public static Cascade of(List<Tier> tiers) {
        return new Cascade(tiers);
    }

    /** In the order they are asked. */
    public List<Tier> tiers() {
        return tiers;
    }

    @Override
    public String task() {
        return tiers.get(0).answerer.task();
    }

    @Override
    public List<String> labels() {
        return tiers.get(0).answerer.labels();
    }

    /** Those of the tiers, named {@code tier.span}, and {@code decide}, the cascade's own part. */
    @Override
    public List<Span> spans() {
        return spans;
    }

    @Override
    public Prediction answer(Text text) {
        return timed(text).prediction;
    }

    @Override
    public TimedPrediction timed(Text text) {
        return timed(new Asked(text));
    }

    @Override
    public TimedPrediction timed(Reading reading) {
        return timed(new Asked(reading.text));
    }

    /**
     * Answers several texts: the first tier all of them, then the next one those that are left, and so on.
     *
     * @throws InputException one of them is no text that can be read
     * @throws edgepower.runtime.EngineException the engine of a tier failed
     */
    public List<Prediction> classify(List<Text> texts) {
        List<Prediction> found = new ArrayList<Prediction>(texts.size());
        for (int start = 0; start < texts.size(); start += PORTION) {
            List<Asked> portion = new ArrayList<Asked>();
            for (Text text : texts.subList(start, Math.min(texts.size(), start + PORTION))) {
                portion.add(new Asked(text));
            }
            askAll(portion);
            for (Asked asked : portion) {
                found.add(finish(asked));
            }
        }
        return found;
    }

    @Override
    public void warmUp() {
        for (Tier tier : tiers) {
            tier.answerer.warmUp();
        }
    }

    /** Counts by tier the texts since the cascade was made. */
    public CascadeStats stats() {
        return counter.read();
    }

    private TimedPrediction timed(Asked asked) {
        long start = System.nanoTime();
        long[] times = new long[spans.size()];
        for (int place = 0; place < rungs.length; place++) {
            if (rungs[place].settles(asked, times, firstSpans[place])) {
                break;
            }
        }
        Prediction prediction = finish(asked);
        long spent = 0;
        for (long time : times) {
            spent += time;
        }
        times[times.length - 1] = Math.max(0, System.nanoTime() - start - spent);
        return new TimedPrediction(prediction, times);
    }

    private void askAll(List<Asked> portion) {
        List<Asked> waiting = portion;
        long[] times = new long[spans.size()];
        for (int place = 0; place < rungs.length && !waiting.isEmpty(); place++) {
            List<Asked> unsettled = new ArrayList<Asked>();
            for (Asked asked : waiting) {
                if (!rungs[place].settles(asked, times, firstSpans[place])) {
                    unsettled.add(asked);
                }
            }
            waiting = unsettled;
        }
    }

    private Prediction finish(Asked asked) {
        counter.add(asked.place());
        return asked.finished();
    }
}
