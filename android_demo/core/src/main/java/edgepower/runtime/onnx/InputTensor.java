package edgepower.runtime.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import edgepower.runtime.bundle.TensorEntry;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;

/** One input of a program: native memory that is filled anew for each text, and the engine's view of it. */
final class InputTensor {
    final String name;
    private final String dtype;
    private final long[] shape;
    private ByteBuffer memory = ByteBuffer.allocateDirect(0);
    private LongBuffer longs;
    private IntBuffer ints;
    private FloatBuffer floats;
    private OnnxTensor tensor;

    InputTensor(TensorEntry entry) {
        name = entry.name;
        dtype = entry.dtype;
        shape = entry.shape();
        shape[shape.length - 1] = 0; // until a length is asked for
    }

    /** Sets numbers, and after them the same number up to the length. */
    void set(int[] values, int filling, int length) {
        if (longs != null) {
            for (int place = 0; place < length; place++) {
                longs.put(place, place < values.length ? values[place] : filling);
            }
        } else {
            for (int place = 0; place < length; place++) {
                ints.put(place, place < values.length ? values[place] : filling);
            }
        }
    }

    /** Sets 1 at tokens and 0 at padding. */
    void setMask(int tokens, int length) {
        for (int place = 0; place < length; place++) {
            if (longs != null) {
                longs.put(place, place < tokens ? 1 : 0);
            } else {
                ints.put(place, place < tokens ? 1 : 0);
            }
        }
    }

    /** Sets all numbers. */
    void set(float[] values) {
        ((Buffer) floats).rewind();
        floats.put(values);
        ((Buffer) floats).rewind();
    }

    /** Gives the engine's view, whose last size is {@code last}; it is made anew where that changed. */
    OnnxTensor view(OrtEnvironment environment, int last) throws OrtException {
        if (tensor == null || shape[shape.length - 1] != last) {
            close();
            shape[shape.length - 1] = last;
            reserve();
            tensor = longs != null ? OnnxTensor.createTensor(environment, longs, shape)
                : ints != null ? OnnxTensor.createTensor(environment, ints, shape)
                : OnnxTensor.createTensor(environment, floats, shape);
        }
        return tensor;
    }

    void close() {
        if (tensor != null) {
            tensor.close();
            tensor = null;
        }
    }

    private void reserve() {
        int width = dtype.equals("int64") ? 8 : 4;
        int size = width;
        for (long part : shape) {
            size *= (int) part; // sizes are the engine's own, which has as much memory
        }
        if (memory.capacity() < size) {
            memory = ByteBuffer.allocateDirect(size).order(ByteOrder.nativeOrder());
        }
        ((Buffer) memory).limit(size);
        longs = dtype.equals("int64") ? memory.asLongBuffer() : null;
        ints = dtype.equals("int32") ? memory.asIntBuffer() : null;
        floats = dtype.equals("float32") ? memory.asFloatBuffer() : null;
    }
}
