package edgepower.runtime.bundle.checks;

import edgepower.runtime.bundle.Artifact;
import edgepower.runtime.bundle.Program;
import edgepower.runtime.bundle.TensorEntry;
import edgepower.runtime.json.JsonNode;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Whether the stages of each program follow one another from the first encoder to the last (BUNDLE.md, section 3). */
final class StageChecks {
    private final ArtifactChecks checks;
    private final Artifact artifact;
    private final Set<String> files;
    private final long hidden;
    private final Map<String, Program> whole = new HashMap<String, Program>();

    StageChecks(ArtifactChecks checks, Artifact artifact, Set<String> files) {
        this.checks = checks;
        this.artifact = artifact;
        this.files = files;
        this.hidden = hiddenSize(artifact);
        for (Program program : artifact.programs) {
            whole.put(ArtifactChecks.key(program.budget, program.length), program);
        }
    }

    void check(JsonNode node) {
        Map<String, Program> ends = new LinkedHashMap<String, Program>();
        List<JsonNode> places = node.items();
        for (int at = 0; at < places.size(); at++) {
            Program stage = artifact.stages.get(at);
            String key = ArtifactChecks.key(stage.budget, stage.length);
            checkOrder(stage, ends.get(key), key, places.get(at));
            ends.put(key, stage);
            ArtifactChecks.checkFiles(stage, files, places.get(at));
            ArtifactChecks.checkMethod(artifact.engine, stage, places.get(at).get("method"));
            checks.checkTensors(artifact.engine, stage, partOf(stage, places.get(at)), hidden, places.get(at));
        }
        for (Map.Entry<String, Program> end : ends.entrySet()) {
            int encoders = whole.get(end.getKey()).last;
            Program stage = end.getValue();
            if (stage.last != encoders) {
                throw node.wrong("stages of " + Quoted.of(stage.budget) + " at length " + stage.length
                    + " up to encoder " + encoders + ", not " + stage.last);
            }
        }
    }

    private void checkOrder(Program stage, Program before, String key, JsonNode node) {
        if (!whole.containsKey(key)) {
            throw node.wrong("a stage of a budget and a length that the artifact has a program of");
        }
        int next = before == null ? 1 : before.last + 1;
        if (stage.first != next) {
            throw node.get("first").wrong(next + ", behind the last encoder of the stage before");
        }
        if (stage.last < stage.first) {
            throw node.get("last").wrong("at least " + stage.first + ", the first encoder");
        }
        if (stage.anyLength) {
            throw node.get("any_length").wrong("false, since a stage has one length");
        }
    }

    private TensorRule.Part partOf(Program stage, JsonNode node) {
        int encoders = whole.get(ArtifactChecks.key(stage.budget, stage.length)).last;
        if (stage.last > encoders) {
            throw node.get("last").wrong("at most " + encoders + ", the last encoder of the configuration");
        }
        if (stage.first == 1 && stage.last == encoders) {
            throw node.get("last").wrong("less than " + encoders + ", which is the whole model and no stage");
        }
        if (stage.first == 1) {
            return TensorRule.Part.FIRST;
        }
        return stage.last == encoders ? TensorRule.Part.LAST : TensorRule.Part.INNER;
    }

    /** A word-vector's numbers, by the first tensor of word-vectors, which all others must be like; 0 without any. */
    private static long hiddenSize(Artifact artifact) {
        for (Program stage : artifact.stages) {
            for (TensorEntry tensor : stage.outputs) {
                if (tensor.role.equals("passed_words") && tensor.shape().length == 3) {
                    return tensor.shape()[2];
                }
            }
        }
        return 0;
    }
}
