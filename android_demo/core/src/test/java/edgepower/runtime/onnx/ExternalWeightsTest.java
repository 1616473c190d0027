package edgepower.runtime.onnx;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.Test;
import org.junit.function.ThrowingRunnable;

/** Graphs written by hand, field by field. */
public final class ExternalWeightsTest {
    @Test
    public void aNameIsFoundWhereverATensorStands() throws IOException {
        byte[] tensor = field(13, entry("location", "w.bin"));
        byte[] graph = field(7, field(5, tensor));
        assertEquals("[w.bin]", names(graph));
        byte[] attribute = field(5, field(5, tensor));
        assertEquals("[w.bin]", names(field(7, field(1, attribute))));
        byte[] list = field(5, field(10, tensor));
        assertEquals("[w.bin]", names(field(7, field(1, list))));
        byte[] inner = field(5, field(6, field(5, tensor)));
        assertEquals("[w.bin]", names(field(7, field(1, inner))));
        byte[] sparse = field(15, field(2, tensor));
        assertEquals("[w.bin]", names(field(7, sparse)));
        byte[] sparseAttribute = field(5, field(23, field(1, tensor)));
        assertEquals("[w.bin]", names(field(7, field(1, sparseAttribute))));
        assertEquals("[w.bin]", names(field(20, field(1, field(5, tensor)))));
        assertEquals("[w.bin]", names(field(25, field(7, attribute))));
        assertEquals("[w.bin]", names(field(25, field(11, field(5, tensor)))));
    }

    @Test
    public void otherEntriesAndPlacesAreNoFiles() throws IOException {
        assertEquals("[]", names(new byte[0]));
        assertEquals("[]", names(field(7, field(5, field(13, entry("offset", "location"))))));
        assertEquals("[]", names(field(7, field(5, field(8, entry("location", "w.bin"))))));
        assertEquals("[]", names(field(8, entry("location", "w.bin"))));
    }

    @Test
    public void severalAreSortedAndAFieldThatIsThereTwiceIsTakenTwice() throws IOException {
        byte[] twice = join(entry("location", "b"), field(2, bytes("a")));
        byte[] graph = field(7, join(field(5, field(13, twice)), field(5, field(13, entry("location", "c")))));
        assertEquals("[a, b, c]", names(graph));
    }

    @Test
    public void fieldsOfEveryWireTypeArePassedOver() throws IOException {
        byte[] others = join(new byte[] {8, (byte) 0x96, 1}, new byte[] {17, 0, 0, 0, 0, 0, 0, 0, 0},
            new byte[] {29, 0, 0, 0, 0});
        byte[] graph = join(others, field(7, join(others, field(5, field(13, entry("location", "w.bin"))))));
        assertEquals("[w.bin]", names(graph));
        // Ten bytes, as a negative number has, whatever the last one holds.
        byte[] long64 = {8, -1, -1, -1, -1, -1, -1, -1, -1, -1, 0x7F};
        assertEquals("[w.bin]", names(join(long64, graph)));
    }

    @Test
    public void whatIsNoProtocolBufferIsRefused() {
        byte[] name = bytes("location");
        assertRefused("a field has the wire type 3", join(new byte[] {11}, name));
        assertRefused("a field does not fit its message", join(new byte[] {58, 100}, name));
        assertRefused("a field does not fit its message", join(field(8, name), new byte[] {17, 0, 0}));
        assertRefused("a number does not end",
            join(new byte[] {8, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1}, name));
        assertRefused("a field's number is too large", join(new byte[] {-1, -1, -1, -1, 0x7F}, name));
        assertRefused("a field's number is too large",
            join(new byte[] {(byte) 0xBA, -128, -128, -128, -128, -128, -128, -128, -128, 2}, name));
        assertRefused("a field does not fit its message",
            join(new byte[] {58, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1}, name));
        assertRefused("a number does not end", join(field(8, name), new byte[] {-128}));
    }

    @Test
    public void aNameThatIsNotUtf8IsRefused() {
        final byte[] entry = join(field(1, bytes("location")), field(2, new byte[] {(byte) 0xFF}));
        assertThrows(IOException.class, new ThrowingRunnable() {
            @Override
            public void run() throws IOException {
                names(field(7, field(5, field(13, entry))));
            }
        });
    }

    @Test
    public void messagesAreNestedOnlySoDeep() throws IOException {
        byte[] graph = field(5, field(13, entry("location", "w.bin")));
        for (int depth = 0; depth < 20; depth++) {
            graph = field(1, field(5, field(6, graph)));
        }
        assertEquals("[w.bin]", names(field(7, graph)));
        for (int depth = 0; depth < 20; depth++) {
            graph = field(1, field(5, field(6, graph)));
        }
        assertRefused("messages are nested deeper than 100", field(7, graph));
    }

    private static String names(byte[] graph) throws IOException {
        return ExternalWeights.of(ByteBuffer.wrap(graph)).toString();
    }

    private static void assertRefused(String message, final byte[] graph) {
        assertEquals(message, assertThrows(IOException.class, new ThrowingRunnable() {
            @Override
            public void run() throws IOException {
                names(graph);
            }
        }).getMessage());
    }

    private static byte[] entry(String key, String value) {
        return join(field(1, bytes(key)), field(2, bytes(value)));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** A field of bytes: its tag, its size, its content. */
    private static byte[] field(int number, byte[] content) {
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        varint(data, number << 3 | 2);
        varint(data, content.length);
        data.write(content, 0, content.length);
        return data.toByteArray();
    }

    private static void varint(ByteArrayOutputStream data, int value) {
        for (; value > 127; value >>>= 7) {
            data.write(value & 127 | 128);
        }
        data.write(value);
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            data.write(part, 0, part.length);
        }
        return data.toByteArray();
    }
}
