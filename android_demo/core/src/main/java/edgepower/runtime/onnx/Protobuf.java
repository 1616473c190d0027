package edgepower.runtime.onnx;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.util.Arrays;

/** The fields of protocol buffers in a file (protobuf.dev/programming-guides/encoding), and where a word stands. */
final class Protobuf {
    private static final int VARINT = 0;
    private static final int FIXED_64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED_32 = 5;

    private final ByteBuffer data;
    private final byte[] word;
    private final int[] places;

    /** Looks for a word, in ASCII, in all of some bytes. */
    Protobuf(ByteBuffer data, String word) {
        this.data = data;
        this.word = word.getBytes(Charset.forName("US-ASCII"));
        this.places = find();
    }

    /** Whether the word stands in a range. */
    boolean holdsWord(int start, int end) {
        int at = Arrays.binarySearch(places, start);
        int next = at >= 0 ? at : -at - 1;
        return next < places.length && places[next] + word.length <= end;
    }

    /** Whether a range is the word and nothing else. */
    boolean isWord(int start, int end) {
        return end - start == word.length && holdsWord(start, end);
    }

    /** The bytes of a range. */
    ByteBuffer slice(int start, int end) {
        ByteBuffer part = data.duplicate();
        part.limit(end);
        part.position(start);
        return part;
    }

    /**
     * Goes on to the next field that is text, bytes or a message itself.
     *
     * @param field begins where it ended, and becomes the next
     * @param end of the message
     * @return whether there is one
     * @throws IOException it is no protocol buffer
     */
    boolean next(Field field, int end) throws IOException {
        while (field.stop < end) {
            long tag = varint(field, end);
            if (tag < 0 || tag >= 1L << 32) {
                throw new IOException("a field's number is too large"); // parsers differ: the library cuts it
            }
            int wire = (int) (tag & 7);
            long size;
            if (wire == BYTES) {
                size = varint(field, end);
            } else if (wire == VARINT) {
                varint(field, end);
                size = 0;
            } else if (wire == FIXED_64 || wire == FIXED_32) {
                size = wire == FIXED_64 ? 8 : 4;
            } else {
                throw new IOException("a field has the wire type " + wire);
            }
            if (size < 0 || size > end - field.stop) {
                throw new IOException("a field does not fit its message");
            }
            field.start = field.stop;
            field.stop += (int) size;
            field.number = tag >>> 3;
            if (wire == BYTES) {
                return true;
            }
        }
        return false;
    }

    private long varint(Field field, int end) throws IOException {
        long value = 0;
        for (int shift = 0; shift < 70 && field.stop < end; shift += 7) {
            byte next = data.get(field.stop++);
            // What 64 bits do not hold becomes negative, which is no tag and no size.
            value |= shift == 63 && (next & 0x7F) > 1 ? Long.MIN_VALUE : (next & 0x7FL) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new IOException("a number does not end");
    }

    private int[] find() {
        int[] found = new int[16];
        int count = 0;
        for (int at = 0; at + word.length <= data.limit(); at++) {
            int same = 0;
            while (same < word.length && data.get(at + same) == word[same]) {
                same++;
            }
            if (same == word.length) {
                found = count == found.length ? Arrays.copyOf(found, 2 * count) : found;
                found[count++] = at;
            }
        }
        return Arrays.copyOf(found, count);
    }

    /** A field of a message: where its content stands. */
    static final class Field {
        long number;
        int start;
        int stop;

        Field(int start) {
            this.stop = start;
        }
    }
}
