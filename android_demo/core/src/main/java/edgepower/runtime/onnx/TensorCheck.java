package edgepower.runtime.onnx;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.TensorInfo;
import edgepower.runtime.BundleException;
import edgepower.runtime.bundle.Manifest;
import edgepower.runtime.bundle.Program;
import edgepower.runtime.bundle.TensorEntry;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Compares a program's tensors with those that the engine found in its file (BUNDLE.md, section 3). */
final class TensorCheck {
    private static final String OPEN = "any";
    private static final String NOTHING = "nothing";
    private static final String PREFIX = "ONNX_TENSOR_ELEMENT_DATA_TYPE_";

    private TensorCheck() {
    }

    /**
     * Checks both sides of a program.
     *
     * @throws BundleException they are not what the manifest says
     */
    static void check(Program program, Map<String, NodeInfo> inputs, Map<String, NodeInfo> outputs) {
        check(program, "takes", program.inputs, inputs);
        check(program, "gives", program.outputs, outputs);
    }

    private static void check(Program program, String verb, List<TensorEntry> tensors, Map<String, NodeInfo> engine) {
        Map<String, String> found = new LinkedHashMap<String, String>();
        for (Map.Entry<String, NodeInfo> entry : engine.entrySet()) {
            found.put(entry.getKey(), describe(entry.getValue()));
        }
        Map<String, String> expected = new LinkedHashMap<String, String>();
        for (TensorEntry tensor : tensors) {
            boolean isOpen = program.anyLength && !tensor.role.equals("logits");
            expected.put(tensor.name, describe(tensor.dtype, tensor.shape(), isOpen));
        }
        if (program.anyLength && found.containsKey("kept") && !expected.containsKey("kept")) {
            expected.put("kept", found.get("kept")); // a shorter program of the graph may drop nothing
        }
        Set<String> names = new LinkedHashSet<String>(expected.keySet());
        names.addAll(found.keySet());
        for (String name : names) {
            String is = found.containsKey(name) ? found.get(name) : NOTHING;
            String must = expected.containsKey(name) ? expected.get(name) : NOTHING;
            if (!is.equals(must)) {
                throw new BundleException("program " + program.name + " in " + program.file + " " + verb + " " + name
                    + " as " + is + ", " + Manifest.FILE + " says " + must
                    + "; the bundle was put together wrongly: convert the model again");
            }
        }
    }

    private static String describe(NodeInfo node) {
        if (!(node.getInfo() instanceof TensorInfo)) {
            return "no tensor";
        }
        TensorInfo info = (TensorInfo) node.getInfo();
        String type = info.onnxType.name().substring(PREFIX.length()).toLowerCase(Locale.ROOT);
        return describe(type.equals("float") ? "float32" : type, info.getShape(), false);
    }

    private static String describe(String dtype, long[] shape, boolean isOpen) {
        StringBuilder text = new StringBuilder(dtype).append(" [");
        for (int place = 0; place < shape.length; place++) {
            boolean isAny = shape[place] < 0 || isOpen && place == shape.length - 1;
            text.append(place == 0 ? "" : ", ").append(isAny ? OPEN : Long.toString(shape[place]));
        }
        return text.append(']').toString();
    }
}
