package edgepower.runtime.cascade;

import edgepower.runtime.Prediction;
import edgepower.runtime.Step;
import edgepower.runtime.Text;
import edgepower.runtime.TierRun;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A text, and what the tiers said of it so far. */
final class Asked {
    final Reading reading;
    private Prediction answer;
    private int place;
    private final List<TierRun> runs = new ArrayList<TierRun>(2);
    private final List<Step> steps = new ArrayList<Step>(2);

    Asked(Text text) {
        reading = new Reading(text);
    }

    /** Takes a tier's answer. */
    void note(int tier, TierRun run, Prediction given) {
        place = tier;
        answer = given;
        runs.add(run);
        steps.addAll(given.steps);
    }

    /** The place of the tier whose answer it is so far. */
    int place() {
        return place;
    }

    /** The answer with the tiers that were asked for it, and the programs that they ran. */
    Prediction finished() {
        return new Prediction(answer.label, answer.score, answer.scores, answer.labels, answer.logits,
            answer.numTokens, answer.truncated, Collections.unmodifiableList(steps),
            Collections.unmodifiableList(runs));
    }
}
