package edgepower.runtime.verify;

import edgepower.runtime.Text;
import edgepower.runtime.bundle.Artifact;
import edgepower.runtime.bundle.Program;
import edgepower.runtime.bundle.checks.Bounds;
import edgepower.runtime.json.JsonNode;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A text with what is known about it (BUNDLE.md, section 8). */
public final class GoldenExample {
    /** One text, or a pair. */
    public final Text text;

    private final int[] ids;
    private final int[] typeIds;
    private final Map<String, GoldenOutput> programs;
    private final Map<String, Map<String, GoldenOutput>> artifacts;
    private final Map<String, Map<String, GoldenOutput>> unpadded;
    private final Map<String, double[]> bags;
    private final Map<String, Map<String, GoldenCascade>> cascades;

    GoldenExample(JsonNode node) {
        String first = node.get("text").string();
        JsonNode pair = node.nullable("pair");
        text = pair == null ? Text.of(first) : Text.pair(first, pair.string());
        ids = readIds(node.get("ids"));
        typeIds = readIds(node.get("type_ids"));
        programs = readOutputs(node.get("programs"));
        artifacts = readByArtifact(node.optional("artifacts"));
        unpadded = readByArtifact(node.optional("unpadded"));
        bags = readBags(node.optional("bags"));
        cascades = readCascades(node.optional("cascades"));
    }

    /** Its token ids, padding left out; an array of the caller's own. */
    public int[] ids() {
        return ids.clone();
    }

    /** Its token type ids; an array of the caller's own. */
    public int[] typeIds() {
        return typeIds.clone();
    }

    /** What a program is to give on every device; null where it has no example here. */
    public GoldenOutput expected(Artifact artifact, Program program) {
        if (program.anyLength) {
            return unpadded.containsKey(artifact.key()) ? unpadded.get(artifact.key()).get(program.name) : null;
        }
        if (!artifact.acceptance.repeats()) {
            return programs.get(program.name);
        }
        return artifacts.containsKey(artifact.key()) ? artifacts.get(artifact.key()).get(program.name) : null;
    }

    /** The logits that a bag tier gives; null where it has no answer here. */
    public double[] bag(String file) {
        return bags.containsKey(file) ? bags.get(file).clone() : null;
    }

    /** What a cascade gave with an artifact where it was put together; null where it has no answer here. */
    public GoldenCascade cascade(Artifact artifact, String cascade) {
        return cascades.containsKey(artifact.key()) ? cascades.get(artifact.key()).get(cascade) : null;
    }

    private static int[] readIds(JsonNode node) {
        List<JsonNode> items = node.items(Bounds.LENGTH);
        int[] ids = new int[items.size()];
        for (int place = 0; place < ids.length; place++) {
            ids[place] = (int) items.get(place).integer(0, Integer.MAX_VALUE);
        }
        return ids;
    }

    private static Map<String, GoldenOutput> readOutputs(JsonNode node) {
        Map<String, GoldenOutput> outputs = new HashMap<String, GoldenOutput>();
        for (String program : node.keys()) {
            outputs.put(program, new GoldenOutput(node.get(program)));
        }
        return outputs;
    }

    private static Map<String, Map<String, GoldenOutput>> readByArtifact(JsonNode node) {
        if (node == null) {
            return Collections.emptyMap();
        }
        Map<String, Map<String, GoldenOutput>> outputs = new HashMap<String, Map<String, GoldenOutput>>();
        for (String artifact : node.keys()) {
            outputs.put(artifact, readOutputs(node.get(artifact)));
        }
        return outputs;
    }

    private static Map<String, double[]> readBags(JsonNode node) {
        if (node == null) {
            return Collections.emptyMap();
        }
        Map<String, double[]> logits = new HashMap<String, double[]>();
        for (String file : node.keys()) {
            logits.put(file, GoldenOutput.readNumbers(node.get(file)));
        }
        return logits;
    }

    private static Map<String, Map<String, GoldenCascade>> readCascades(JsonNode node) {
        if (node == null) {
            return Collections.emptyMap();
        }
        Map<String, Map<String, GoldenCascade>> answers = new HashMap<String, Map<String, GoldenCascade>>();
        for (String artifact : node.keys()) {
            Map<String, GoldenCascade> byName = new HashMap<String, GoldenCascade>();
            for (String cascade : node.get(artifact).keys()) {
                byName.put(cascade, new GoldenCascade(node.get(artifact).get(cascade)));
            }
            answers.put(artifact, byName);
        }
        return answers;
    }
}
