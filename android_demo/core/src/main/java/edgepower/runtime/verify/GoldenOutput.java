package edgepower.runtime.verify;

import edgepower.runtime.json.JsonNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** What one program gave for one text where the bundle was made (BUNDLE.md, section 8). */
public final class GoldenOutput {
    /** Per encoder but the last the positions kept; empty where nothing is dropped. Do not change the arrays. */
    public final List<long[]> survivors;

    private final double[] logits;

    GoldenOutput(JsonNode node) {
        logits = readNumbers(node.get("logits"));
        List<long[]> encoders = new ArrayList<long[]>();
        for (JsonNode encoder : node.get("survivors").items()) {
            List<JsonNode> items = encoder.items();
            long[] positions = new long[items.size()];
            for (int place = 0; place < positions.length; place++) {
                positions[place] = items.get(place).integer(0, JsonNode.LARGEST);
            }
            encoders.add(positions);
        }
        survivors = Collections.unmodifiableList(encoders);
    }

    /** One for each label; an array of the caller's own. */
    public double[] logits() {
        return logits.clone();
    }

    static double[] readNumbers(JsonNode node) {
        List<JsonNode> items = node.items();
        double[] numbers = new double[items.size()];
        for (int place = 0; place < numbers.length; place++) {
            numbers[place] = items.get(place).number();
        }
        return numbers;
    }
}
