package edgepower.runtime.onnx;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtSession;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.util.Set;

/** Copies what a run gave out of the engine's memory. */
final class OutputReader {
    private OutputReader() {
    }

    /** Reads the outputs, which stand in the order of their names. */
    static Outputs read(OrtSession.Result result, Set<String> names) {
        double[] logits = null;
        int[] kept = null;
        float[] words = null;
        float[] mask = null;
        int place = 0;
        for (String name : names) {
            OnnxTensor tensor = (OnnxTensor) result.get(place++);
            switch (name) {
                case "logits":
                    logits = doubles(floats(tensor));
                    break;
                case "kept":
                    kept = integers(tensor);
                    break;
                case "passed_words":
                    words = floats(tensor);
                    break;
                default: // passed_mask, since the tensors were compared with the manifest
                    mask = floats(tensor);
                    break;
            }
        }
        // Of a graph that programs of any length share: as a static program that drops nothing has no such output.
        boolean drops = kept != null && kept.length > 0;
        return new Outputs(logits, drops ? kept : null, words == null ? null : new HandedOn(words, mask));
    }

    private static float[] floats(OnnxTensor tensor) {
        return tensor.getFloatBuffer().array(); // a copy, on the heap
    }

    private static double[] doubles(float[] values) {
        double[] wide = new double[values.length];
        for (int place = 0; place < wide.length; place++) {
            wide[place] = values[place];
        }
        return wide;
    }

    private static int[] integers(OnnxTensor tensor) {
        if (tensor.getInfo().type == OnnxJavaType.INT64) {
            LongBuffer buffer = tensor.getLongBuffer();
            int[] values = new int[buffer.remaining()];
            for (int place = 0; place < values.length; place++) {
                long value = buffer.get(place);
                values[place] = value == (int) value ? (int) value : -1; // which no row is, and so is refused
            }
            return values;
        }
        IntBuffer buffer = tensor.getIntBuffer();
        int[] values = new int[buffer.remaining()];
        buffer.get(values);
        return values;
    }
}
