package edgepower.runtime.bundle;

import edgepower.runtime.bundle.checks.ForPeople;
import edgepower.runtime.json.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** Everything for one engine at one precision (BUNDLE.md, section 3). */
public final class Artifact {
    /** In the order of preference. */
    static final List<String> PRECISIONS = Arrays.asList("fp32", "fp16", "int8");

    private static final List<String> ENGINES = Arrays.asList("onnx", "tflite", "executorch");

    /** onnx, executorch or tflite. */
    public final String engine;

    /** fp32, fp16 or int8. */
    public final String precision;

    /** What must be shipped for it. */
    public final List<FileEntry> files;

    /** Programs of the whole model. */
    public final List<Program> programs;

    /** Programs of parts of the encoders; empty where there are none. */
    public final List<Program> stages;

    /** Whether the manifest has a list of stages, be it empty. */
    public final boolean hasStages;

    /** What the programs must reach. */
    public final Acceptance acceptance;

    /** The packages that compute it rightly; empty where all of its engine do. */
    public final List<String> runtimes;

    Artifact(JsonNode node) {
        engine = node.get("engine").string();
        precision = node.get("precision").string();
        files = FileEntry.readAll(node.get("files"));
        programs = Program.readAll(node.get("programs"), false);
        acceptance = new Acceptance(node.get("acceptance"));
        node.get("lowering").string();
        ForPeople.checkStrings(node.get("versions"));
        List<String> packages = new ArrayList<String>();
        for (JsonNode item : node.get("runtimes").items()) {
            packages.add(item.string());
        }
        runtimes = Collections.unmodifiableList(packages);
        JsonNode parts = node.optional("stages");
        hasStages = parts != null;
        stages = parts == null ? Collections.<Program>emptyList() : Program.readAll(parts, true);
    }

    /** Whether this runtime knows the engine and the precision of an artifact that is yet to be read. */
    public static boolean isKnown(JsonNode node) {
        String engine = node.get("engine").string();
        String precision = node.get("precision").string();
        return ENGINES.contains(engine) && PRECISIONS.contains(precision);
    }

    /** The program of a budget at a length; null where there is none. */
    public Program program(String budget, int length) {
        for (Program program : programs) {
            if (program.length == length && program.budget.equals(budget)) {
                return program;
            }
        }
        return null;
    }

    /** Its name in golden.json and in messages: engine and precision, such as {@code onnx int8}. */
    public String key() {
        return engine + " " + precision;
    }

    /** The size of all files together. */
    public long sizeBytes() {
        long size = 0;
        for (FileEntry file : files) {
            size += file.sizeBytes;
        }
        return size;
    }
}
