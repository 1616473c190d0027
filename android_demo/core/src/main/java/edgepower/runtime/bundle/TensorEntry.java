package edgepower.runtime.bundle;

import edgepower.runtime.json.JsonNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** An input or output of a program (BUNDLE.md, section 3). */
public final class TensorEntry {
    private static final String[] NAMES = {"input_ids", "attention_mask", "token_type_ids", "words", "logits", "kept",
        "passed_words", "passed_mask"};
    private static final String[] ROLES = {"ids", "mask", "types", "words", "logits", "kept", "passed_words",
        "passed_mask"};

    /** Our name, which its role fixes. */
    public final String name;

    /** What it holds: ids, mask, types, words, logits, kept, passed_words or passed_mask. */
    public final String role;

    /** What the engine calls it, which is the name; null where the engine goes by position. */
    public final String engineName;

    /** Its place among the inputs or outputs of a method; -1 where the engine goes by name. */
    public final long position;

    /** int32, int64 or float32. */
    public final String dtype;

    private final long[] shape;

    private TensorEntry(String name, String role, String engineName, long position, String dtype, long[] shape) {
        this.name = name;
        this.role = role;
        this.engineName = engineName;
        this.position = position;
        this.dtype = dtype;
        this.shape = shape;
    }

    /** Reads all tensors of a side of a program. */
    static List<TensorEntry> readAll(JsonNode node) {
        List<TensorEntry> tensors = new ArrayList<TensorEntry>();
        for (JsonNode item : node.items()) {
            tensors.add(read(item));
        }
        return Collections.unmodifiableList(tensors);
    }

    /** Gives the name of what has this role. */
    public static String nameOf(String role) {
        for (int place = 0; place < ROLES.length; place++) {
            if (ROLES[place].equals(role)) {
                return NAMES[place];
            }
        }
        throw new IllegalArgumentException(role);
    }

    private static TensorEntry read(JsonNode node) {
        String name = node.get("name").choice(NAMES);
        String role = node.get("role").string();
        if (!roleOf(name).equals(role)) {
            throw node.get("role").wrong("'" + roleOf(name) + "' for " + name);
        }
        JsonNode engineName = node.nullable("engine_name");
        JsonNode position = node.nullable("position");
        return new TensorEntry(name, role, engineName == null ? null : engineName.string(),
            position == null ? -1 : position.integer(0, JsonNode.LARGEST),
            node.get("dtype").choice("int32", "int64", "float32"), readShape(node.get("shape")));
    }

    private static long[] readShape(JsonNode node) {
        List<JsonNode> items = node.items();
        long[] shape = new long[items.size()];
        for (int place = 0; place < shape.length; place++) {
            shape[place] = items.get(place).integer(1, JsonNode.LARGEST);
        }
        return shape;
    }

    private static String roleOf(String name) {
        for (int place = 0; place < NAMES.length; place++) {
            if (NAMES[place].equals(name)) {
                return ROLES[place];
            }
        }
        throw new IllegalArgumentException(name);
    }

    /** Its sizes, as an array of the caller's own. */
    public long[] shape() {
        return shape.clone();
    }
}
