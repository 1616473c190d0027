package edgepower.runtime.bundle.checks;

import edgepower.runtime.bundle.Artifact;
import edgepower.runtime.bundle.Budget;
import edgepower.runtime.bundle.Configuration;
import edgepower.runtime.bundle.FileEntry;
import edgepower.runtime.bundle.Manifest;
import edgepower.runtime.bundle.Program;
import edgepower.runtime.json.JsonNode;
import edgepower.runtime.retention.RetentionConfig;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The checks of artifacts, with what the rest of their manifest says (BUNDLE.md, section 3). */
final class ArtifactChecks {
    private final Manifest manifest;
    private final Map<String, Budget> budgets = new HashMap<String, Budget>();
    private final Map<String, Configuration> configurations = new HashMap<String, Configuration>();

    ArtifactChecks(Manifest manifest) {
        this.manifest = manifest;
        for (Budget budget : manifest.budgets) {
            budgets.put(budget.name, budget);
            for (Configuration configuration : budget.configurations) {
                configurations.put(key(budget.name, configuration.length), configuration);
            }
        }
    }

    /** Gives a budget and a length as one value, which is also how messages show them. */
    static String key(String budget, int length) {
        return "(" + Quoted.of(budget) + ", " + length + ")";
    }

    void check(Artifact artifact, JsonNode node) {
        JsonNode programs = node.get("programs");
        if (artifact.programs.isEmpty()) {
            throw programs.wrong("a list of at least one program");
        }
        ManifestChecks.checkFiles(artifact.files, node.get("files"));
        checkNames(artifact, programs);
        Set<String> files = new HashSet<String>();
        for (FileEntry file : artifact.files) {
            files.add(file.path);
        }
        List<JsonNode> places = programs.items();
        for (int at = 0; at < artifact.programs.size(); at++) {
            Program program = artifact.programs.get(at);
            checkFiles(program, files, places.get(at));
            checkMethod(artifact.engine, program, places.get(at).get("method"));
            Configuration configuration = configurationOf(program, places.get(at));
            checkAnyLength(artifact.engine, configuration, program, places.get(at));
            checkWhole(program, configuration.retention.encoders(), places.get(at));
            checkTensors(artifact.engine, program, TensorRule.Part.WHOLE, 0, places.get(at));
        }
        if (artifact.hasStages) {
            new StageChecks(this, artifact, files).check(node.get("stages"));
        }
    }

    Configuration configurationOf(Program program, JsonNode node) {
        Configuration found = configurations.get(key(program.budget, program.length));
        if (found == null) {
            throw node.wrong("the program of a budget's configuration; no budget " + Quoted.of(program.budget)
                + " has length " + program.length);
        }
        return found;
    }

    void checkTensors(String engine, Program program, TensorRule.Part part, long hidden, JsonNode node) {
        if (part != TensorRule.Part.WHOLE && !manifest.task.equals("classification")) {
            throw node.wrong("no stage, since the task is " + manifest.task);
        }
        RetentionConfig retention =
            configurationOf(program, node).retention.part(program.first, program.last);
        TensorChecks.check(engine, program.inputs,
            TensorRule.inputs(part, retention, manifest.tokenizer.hasTokenTypes, hidden), node.get("inputs"));
        TensorChecks.check(engine, program.outputs,
            TensorRule.outputs(part, retention, manifest.numLogits(), hidden), node.get("outputs"));
    }

    static void checkFiles(Program program, Set<String> files, JsonNode node) {
        Unique paths = new Unique(node.get("files"), "paths");
        for (String path : program.files) {
            paths.add(path);
        }
        List<JsonNode> places = node.get("files").items();
        for (int at = 0; at < places.size(); at++) {
            if (!files.contains(program.files.get(at))) {
                throw places.get(at).wrong("one of the artifact's files");
            }
        }
        if (!program.files.contains(program.file)) {
            throw node.get("file").wrong("one of the program's files");
        }
    }

    static void checkMethod(String engine, Program program, JsonNode node) {
        if (engine.equals("onnx")) {
            if (program.method != null) {
                throw node.wrong("null, since an onnx file is one program");
            }
        } else if (program.method == null || program.method.isEmpty()) {
            throw node.wrong("the name by which " + engine + " finds the program");
        }
    }

    private static void checkNames(Artifact artifact, JsonNode node) {
        Unique names = new Unique(node, "program names");
        for (Program program : artifact.programs) {
            names.add(program.name);
        }
        for (Program stage : artifact.stages) {
            names.add(stage.name);
        }
        Unique pairs = new Unique(node, "pairs of budget and length");
        for (Program program : artifact.programs) {
            pairs.addShown(key(program.budget, program.length));
        }
    }

    private static void checkWhole(Program program, int encoders, JsonNode node) {
        if (program.first != 1) {
            throw node.get("first").wrong("1, the first encoder");
        }
        if (program.last != encoders) {
            throw node.get("last").wrong(encoders + ", the last encoder of the configuration");
        }
    }

    /** Checks that a text's own configuration can be told, and is the program's at its length. */
    private void checkAnyLength(String engine, Configuration configuration, Program program, JsonNode node) {
        if (!program.anyLength) {
            return;
        }
        JsonNode place = node.get("any_length");
        if (!engine.equals("onnx") && !engine.equals("executorch")) {
            throw place.wrong("false, since " + engine + " has programs of one length alone");
        }
        Budget budget = budgets.get(program.budget);
        if (budget.schedule == null) {
            throw place.wrong("false, since the budget " + Quoted.of(program.budget)
                + " has no schedule to tell what other lengths keep");
        }
        if (!budget.schedule.at(program.length).equals(configuration.retention)) {
            throw place.wrong("false, since the budget " + Quoted.of(program.budget) + " keeps other words at "
                + program.length + " than it says");
        }
    }
}
