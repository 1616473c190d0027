package edgepower.demo.model;

import edgepower.runtime.Prediction;
import edgepower.runtime.Step;
import java.util.ArrayList;
import java.util.List;

/** The way of a text through the encoders, from what a prediction tells. */
final class Way {
    private Way() {}

    /**
     * Positions of the word pieces that each encoder passes on, also of those that drop none.
     *
     * @return one per encoder that was computed; [CLS] alone of the last one of a model, which reads it; none where no
     *     encoder ran
     */
    static List<int[]> of(Prediction prediction) {
        List<int[]> stages = new ArrayList<int[]>();
        List<int[]> survivors = prediction.survivors();
        int passing = 0;
        int reading = 0;
        for (Step step : prediction.path()) {
            passing += step.retention.passing();
            reading += step.retention.encoders() - step.retention.passing();
        }
        stages.addAll(survivors);
        while (stages.size() < passing) {
            stages.add(everything(prediction.numTokens));
        }
        for (int encoder = 0; encoder < reading; encoder++) {
            stages.add(new int[] {0});
        }
        return stages;
    }

    private static int[] everything(int tokens) {
        int[] positions = new int[tokens];
        for (int at = 0; at < tokens; at++) {
            positions[at] = at;
        }
        return positions;
    }
}
