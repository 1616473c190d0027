package edgepower.runtime.model;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import edgepower.runtime.Classifier;
import edgepower.runtime.Folders;
import edgepower.runtime.Options;
import edgepower.runtime.Prediction;
import edgepower.runtime.Step;
import edgepower.runtime.Text;
import edgepower.runtime.TierRun;
import edgepower.runtime.json.Json;
import edgepower.runtime.json.JsonNode;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.Test;

/** What Java says of 200 texts by every budget and cascade of every bundle, against what Python says. */
public final class AnswersTest {
    /** The largest difference of a logit or a probability: 1e-4, or what rounded weights ask for. */
    private double atol;

    @Test
    public void everyAnswerIsPythons() throws IOException {
        int compared = 0;
        for (File file : Folders.made(".answers.json")) {
            JsonNode said = Json.parse(Folders.read(file), file.getName());
            Options options = Options.DEFAULT
                .withPrecision(said.get("precision").string())
                .withThreshold(said.get("threshold").isNull() ? Double.NaN : said.get("threshold").number())
                .withSigmoid(said.get("sigmoid").bool());
            atol = said.get("atol").number();
            try (Classifier classifier = Classifier.open(new File(said.get("bundle").string()), options)) {
                assertEquals(file.getName(), said.get("default").string(), classifier.budget());
                assertEquals(said.get("answers").keys(), classifier.budgets());
                compared += compare(file.getName(), classifier, said);
            }
        }
        assertTrue("predictions that were compared: " + compared, compared >= 4000);
    }

    private int compare(String name, Classifier classifier, JsonNode said) {
        List<Text> texts = new ArrayList<Text>();
        for (JsonNode item : said.get("texts").items()) {
            List<JsonNode> parts = item.items();
            texts.add(parts.size() == 1 ? Text.of(parts.get(0).string())
                : Text.pair(parts.get(0).string(), parts.get(1).string()));
        }
        for (int number = 0; number < texts.size(); number++) {
            List<String> tokens = new ArrayList<String>();
            for (JsonNode token : said.get("tokens").items().get(number).items()) {
                tokens.add(token.string());
            }
            assertEquals(name + " " + number, tokens, classifier.tokens(texts.get(number)));
        }
        int compared = 0;
        for (String view : said.get("answers").keys()) {
            List<Prediction> found = classifier.at(view).classify(texts);
            List<JsonNode> answers = said.get("answers").get(view).items();
            for (int number = 0; number < answers.size(); number++) {
                compare(name + ", " + view + ", text " + number, answers.get(number), found.get(number));
                compared++;
            }
        }
        return compared;
    }

    private void compare(String where, JsonNode said, Prediction found) {
        assertEquals(where, said.get("label").isNull() ? null : said.get("label").string(), found.label);
        assertEquals(where, strings(said.get("labels")), found.labels);
        assertNear(where, numbers(said.get("logits")), found.logits);
        assertNear(where, numbers(said.get("scores")), found.scores);
        assertNear(where, numbers(said.get("label_scores")), found.labelScores());
        assertEquals(where, said.get("score").number(), found.score, atol);
        assertEquals(where, said.get("num_tokens").integer(0, 99), found.numTokens);
        assertEquals(where, said.get("truncated").bool(), found.truncated);
        assertEquals(where, said.get("program").isNull() ? null : said.get("program").string(), found.program());
        assertEquals(where, said.get("length").integer(0, 99), found.length());
        assertEquals(where, positions(said.get("survivors")), shown(found.survivors()));
        compareSteps(where, said, found);
        compareTiers(where, said, found);
    }

    private void compareSteps(String where, JsonNode said, Prediction found) {
        List<JsonNode> steps = said.get("steps").items();
        assertEquals(where, steps.size(), found.steps.size());
        for (int place = 0; place < steps.size(); place++) {
            Step step = found.steps.get(place);
            List<JsonNode> parts = steps.get(place).items();
            assertEquals(where, parts.get(0).string(), step.program);
            assertEquals(where, parts.get(1).integer(0, 99), step.length);
            assertEquals(where, parts.get(2).integer(1, 99), step.first);
        }
    }

    private void compareTiers(String where, JsonNode said, Prediction found) {
        List<JsonNode> tiers = said.get("tiers").items();
        assertEquals(where, tiers.size(), found.tiers.size());
        for (int place = 0; place < tiers.size(); place++) {
            TierRun run = found.tiers.get(place);
            List<JsonNode> parts = tiers.get(place).items();
            assertEquals(where, parts.get(0).string(), run.name);
            assertEquals(where, parts.get(1).number(), run.confidence, atol);
            assertEquals(where, parts.get(2).integer(0, 99), run.numSteps);
            assertTrue(where, run.timeMs > 0);
        }
        assertEquals(where, tiers.isEmpty() ? null : tiers.get(tiers.size() - 1).items().get(0).string(),
            found.tier());
    }

    private void assertNear(String where, double[] expected, double[] found) {
        assertEquals(where, expected.length, found.length);
        for (int place = 0; place < expected.length; place++) {
            assertEquals(where, expected[place], found[place], atol);
        }
    }

    private static double[] numbers(JsonNode node) {
        List<JsonNode> items = node.items();
        double[] numbers = new double[items.size()];
        for (int place = 0; place < numbers.length; place++) {
            numbers[place] = items.get(place).number();
        }
        return numbers;
    }

    private static List<String> strings(JsonNode node) {
        List<String> strings = new ArrayList<String>();
        for (JsonNode item : node.items()) {
            strings.add(item.string());
        }
        return strings;
    }

    private static String positions(JsonNode node) {
        List<String> encoders = new ArrayList<String>();
        for (JsonNode item : node.items()) {
            double[] numbers = numbers(item);
            int[] places = new int[numbers.length];
            for (int place = 0; place < places.length; place++) {
                places[place] = (int) numbers[place];
            }
            encoders.add(Arrays.toString(places));
        }
        return encoders.toString();
    }

    private static String shown(List<int[]> survivors) {
        List<String> encoders = new ArrayList<String>();
        for (int[] positions : survivors) {
            encoders.add(Arrays.toString(positions));
        }
        return encoders.toString();
    }
}
