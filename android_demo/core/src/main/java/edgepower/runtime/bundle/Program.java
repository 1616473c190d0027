package edgepower.runtime.bundle;

import edgepower.runtime.bundle.checks.Bounds;
import edgepower.runtime.bundle.checks.ForPeople;
import edgepower.runtime.bundle.checks.SafePath;
import edgepower.runtime.json.JsonNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** One graph: one budget at one length, or a stage of it (BUNDLE.md, section 3). */
public final class Program {
    /** Unique within the artifact. */
    public final String name;

    /** The name of its budget. */
    public final String budget;

    /** The static length; with {@link #anyLength} the longest. Of a stage that of the text. */
    public final int length;

    /** The first encoder that it computes, counted from 1. */
    public final int first;

    /** The last one. */
    public final int last;

    /** The artifact's file that the engine opens. */
    public final String file;

    /** All files of the artifact that it needs, {@link #file} among them. */
    public final List<String> files;

    /** The method or signature key of other engines; null for onnx, where a file is one program. */
    public final String method;

    /** What it takes. */
    public final List<TensorEntry> inputs;

    /** What it gives. */
    public final List<TensorEntry> outputs;

    /** Whether the graph takes every length from 1 to {@link #length}, so that texts need no padding. */
    public final boolean anyLength;

    /** Multiply-adds of a stage; -1 of a program of the whole model, whose {@link Configuration} has them. */
    public final long macs;

    private Program(JsonNode node, boolean isStage) {
        JsonNode any = node.optional("any_length");
        anyLength = any != null && any.bool();
        name = node.get("name").string();
        budget = node.get("budget").string();
        length = (int) node.get("length").integer(1, Bounds.LENGTH);
        first = (int) node.get("first").integer(1, Bounds.ENCODERS);
        last = (int) node.get("last").integer(1, Bounds.ENCODERS);
        file = SafePath.read(node.get("file"));
        List<String> paths = new ArrayList<String>();
        for (JsonNode item : node.get("files").items(Bounds.FILES)) {
            paths.add(SafePath.read(item));
        }
        files = Collections.unmodifiableList(paths);
        JsonNode called = node.nullable("method");
        method = called == null ? null : called.string();
        inputs = TensorEntry.readAll(node.get("inputs"));
        outputs = TensorEntry.readAll(node.get("outputs"));
        ForPeople.checkParity(node.nullable("parity"));
        ForPeople.checkDelegation(node.optional("delegation"));
        macs = isStage ? node.get("macs").integer(0, JsonNode.LARGEST) : -1;
    }

    /** Reads all programs of a list, or all stages. */
    static List<Program> readAll(JsonNode node, boolean areStages) {
        List<Program> programs = new ArrayList<Program>();
        for (JsonNode item : node.items(Bounds.PROGRAMS)) {
            programs.add(new Program(item, areStages));
        }
        return Collections.unmodifiableList(programs);
    }
}
