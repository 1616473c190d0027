package edgepower.runtime.bundle.checks;

import edgepower.runtime.bundle.TensorEntry;
import edgepower.runtime.json.JsonNode;
import edgepower.runtime.retention.RetentionConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What the format says of one tensor of a program, and the tensors that a program has (BUNDLE.md, sections 3 to 5). */
final class TensorRule {
    final String role;
    final String name;
    private final String[] dtypes;
    private final long[] shape;

    private TensorRule(String role, String[] dtypes, long... shape) {
        this.role = role;
        this.name = TensorEntry.nameOf(role);
        this.dtypes = dtypes;
        this.shape = shape;
    }

    /**
     * Gives what a program takes.
     *
     * @param part of the model that the program computes
     * @param retention the configuration of this part
     * @param hasTypes whether the model reads token types
     * @param hidden numbers of a word-vector, in stages
     */
    static List<TensorRule> inputs(Part part, RetentionConfig retention, boolean hasTypes, long hidden) {
        List<TensorRule> rules = new ArrayList<TensorRule>();
        if (!part.readsText()) {
            rules.add(new TensorRule("words", floats(), 1, retention.length, hidden));
            rules.add(new TensorRule("mask", floats(), 1, retention.length));
            return rules;
        }
        rules.add(new TensorRule("ids", integers(), 1, retention.length));
        rules.add(new TensorRule("mask", integers(), 1, retention.length));
        if (hasTypes) {
            rules.add(new TensorRule("types", integers(), 1, retention.length));
        }
        return rules;
    }

    /**
     * Gives what a program answers.
     *
     * @param part of the model that the program computes
     * @param retention the configuration of this part
     * @param logits how many there are
     * @param hidden numbers of a word-vector, in stages
     */
    static List<TensorRule> outputs(Part part, RetentionConfig retention, long logits, long hidden) {
        List<TensorRule> rules = new ArrayList<TensorRule>();
        rules.add(new TensorRule("logits", floats(), 1, logits));
        if (retention.keptSize() > 0) {
            rules.add(new TensorRule("kept", integers(), retention.keptSize()));
        }
        if (part.handsOn()) {
            long rows = retention.keep(retention.encoders() - 1);
            rules.add(new TensorRule("passed_words", floats(), 1, rows, hidden));
            rules.add(new TensorRule("passed_mask", floats(), 1, rows));
        }
        return rules;
    }

    /** Checks a tensor of this name. */
    void check(TensorEntry tensor, JsonNode place) {
        if (!Arrays.equals(tensor.shape(), shape)) {
            throw place.get("shape").wrong(Arrays.toString(shape) + " for " + name);
        }
        if (!Arrays.asList(dtypes).contains(tensor.dtype)) {
            throw place.get("dtype").wrong((dtypes.length == 1 ? dtypes[0] : dtypes[0] + " or " + dtypes[1])
                + " for " + name);
        }
    }

    private static String[] integers() {
        return new String[] {"int32", "int64"};
    }

    private static String[] floats() {
        return new String[] {"float32"};
    }

    /** Which part of a model a program computes. */
    enum Part {
        WHOLE,
        FIRST,
        INNER,
        LAST;

        boolean readsText() {
            return this == WHOLE || this == FIRST;
        }

        boolean handsOn() {
            return this == FIRST || this == INNER;
        }
    }
}
