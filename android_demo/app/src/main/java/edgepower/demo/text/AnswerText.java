package edgepower.demo.text;

import edgepower.demo.model.Answer;
import edgepower.runtime.Prediction;
import edgepower.runtime.TierRun;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/** An answer in words. */
public final class AnswerText {
    /** Labels that get a bar. */
    static final int MOST_BARS = 5;

    private final Answer answer;
    private final Prediction found;
    private final Phrases phrases;
    private final Numbers numbers;

    /** Prepares to say it. */
    public AnswerText(Answer answer, Phrases phrases) {
        this.answer = answer;
        this.found = answer.prediction;
        this.phrases = phrases;
        this.numbers = new Numbers(phrases.locale());
    }

    /** The label, or labels; the value of a regression. */
    public String headline() {
        if (answer.labels.isEmpty()) {
            return numbers.value(found.score);
        }
        if (found.labels.isEmpty()) {
            return phrases.say(Phrase.NO_LABEL, found.label);
        }
        StringBuilder labels = new StringBuilder();
        for (String label : found.labels) {
            labels.append(labels.length() == 0 ? "" : ", ").append(label);
        }
        return labels.toString();
    }

    /** Who answered and in what time. */
    public String answeredBy() {
        String time = numbers.measured(answer.timeMs);
        String precision = answer.setup.precision;
        if (found.tier() == null) {
            return phrases.say(Phrase.ANSWERED_BY_BUDGET, answer.setup.budget, precision, time);
        }
        return phrases.say(Phrase.ANSWERED_BY_TIER, found.tier(), answer.setup.budget, precision, time);
    }

    /** How much was read, and whether something was cut. */
    public String pieces() {
        int tokens = found.numTokens;
        String read = found.program() == null
                ? phrases.count(Plural.PIECES, tokens)
                : phrases.count(Plural.PIECES_AT_LENGTH, tokens, found.length());
        return found.truncated ? read + " " + phrases.count(Plural.TRUNCATED, tokens) : read;
    }

    /** The likeliest labels, the likeliest first; none of a regression. */
    public List<Bar> bars() {
        List<Bar> bars = new ArrayList<Bar>();
        List<Integer> order = order();
        for (int place = 0; place < Math.min(MOST_BARS, order.size()); place++) {
            String label = answer.labels.get(order.get(place));
            double share = found.scores[order.get(place)];
            String percent = numbers.percent(share);
            bars.add(new Bar(label, share, percent, phrases.say(Phrase.BAR_SPOKEN, label, percent)));
        }
        return bars;
    }

    /** How many labels have no bar, in words; empty where all have one. */
    public String moreLabels() {
        int more = answer.labels.size() - MOST_BARS;
        return more > 0 ? phrases.count(Plural.MORE_LABELS, more) : "";
    }

    /** The tiers of a cascade that were asked, a sentence each; none where there is no cascade. */
    public List<String> tiers() {
        List<String> lines = new ArrayList<String>();
        for (int place = 0; place < found.tiers.size(); place++) {
            TierRun run = found.tiers.get(place);
            boolean last = place == found.tiers.size() - 1;
            lines.add(phrases.say(last ? Phrase.TIER_ANSWERED : Phrase.TIER_PASSED_ON, run.name,
                    numbers.percent(run.confidence), numbers.measured(run.timeMs)));
        }
        return lines;
    }

    private List<Integer> order() {
        List<Integer> order = new ArrayList<Integer>();
        for (int index = 0; index < answer.labels.size(); index++) {
            order.add(index);
        }
        // The sort is stable, so of equals the first stays in front (BUNDLE.md, section 6).
        Collections.sort(order, new Comparator<Integer>() {
            @Override
            public int compare(Integer one, Integer other) {
                return Double.compare(found.scores[other], found.scores[one]);
            }
        });
        return order;
    }
}
