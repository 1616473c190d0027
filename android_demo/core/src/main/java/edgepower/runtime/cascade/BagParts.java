package edgepower.runtime.cascade;

import edgepower.runtime.BundleException;
import java.nio.ByteBuffer;

/** The tensors of a bag tier's file, and whether they fit each other (BUNDLE.md, section 11). */
final class BagParts {
    private static final int LARGEST_SHIFT = 15;

    private final String name;
    private final int[] pieces;
    private final float[] scale;
    private final float[] bias;
    private final byte[] rows;
    private final byte[] shifts;
    private final int count;
    private final int labels;
    private final int buckets;

    /**
     * Copies tensors out of a file.
     *
     * @param tensors pieces, scale, bias, rows and shifts
     * @param shape of the rows: how many, and of how many labels
     * @param name the file's, for messages
     */
    BagParts(ByteBuffer[] tensors, int[] shape, int buckets, String name) {
        this.name = name;
        this.buckets = buckets;
        count = shape[0];
        labels = shape[1];
        pieces = new int[tensors[0].remaining() / 4];
        tensors[0].asIntBuffer().get(pieces);
        scale = floats(tensors[1]);
        bias = floats(tensors[2]);
        rows = bytes(tensors[3]);
        shifts = bytes(tensors[4]);
    }

    /** Checks what no tensor can tell by itself. */
    BagTable table() {
        if (labels < 2) {
            throw refused("its rows have " + labels + " label, must have at least 2");
        }
        checkFloats("scale", scale);
        checkFloats("bias", bias);
        if (shifts.length != count) {
            throw refused("it has " + shifts.length + " shifts for " + count + " rows");
        }
        int largest = 0;
        for (byte shift : shifts) {
            largest = Math.max(largest, shift & 255);
        }
        if (largest > LARGEST_SHIFT) {
            throw refused("a shift is " + largest + ", must be at most " + LARGEST_SHIFT);
        }
        if (buckets >= count) {
            throw refused("it has " + buckets + " buckets and " + count + " rows, must have some for pieces");
        }
        for (int piece : pieces) {
            if (piece < -1 || piece >= count - buckets) {
                throw refused("a piece has a row outside 0.." + (count - buckets - 1));
            }
        }
        return new BagTable(pieces, scale, bias, rows, shifts, buckets);
    }

    private void checkFloats(String title, float[] values) {
        if (values.length != labels) {
            throw refused(title + " has " + values.length + " values, its rows have " + labels);
        }
        for (float value : values) {
            if (Float.isNaN(value) || Float.isInfinite(value)) {
                throw refused(title + " has values that are not finite");
            }
        }
    }

    private BundleException refused(String found) {
        return new BundleException(
            name + " does not fit together: " + found + "; train the bag tier again, or copy the bundle again");
    }

    private static float[] floats(ByteBuffer tensor) {
        float[] values = new float[tensor.remaining() / 4];
        tensor.asFloatBuffer().get(values);
        return values;
    }

    private static byte[] bytes(ByteBuffer tensor) {
        byte[] values = new byte[tensor.remaining()];
        tensor.get(values);
        return values;
    }
}
