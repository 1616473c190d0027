package edgepower.runtime.cascade;

import edgepower.runtime.BundleException;
import edgepower.runtime.bundle.checks.Quoted;
import edgepower.runtime.json.Json;
import edgepower.runtime.json.JsonNode;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;

/** A bag tier's file: five tensors in the safetensors format (BUNDLE.md, section 11). */
final class BagFile {
    /** What a file may have. */
    static final int BYTES = 4 << 20;

    private static final int HEADER_BYTES = 64 << 10;
    private static final String METADATA = "__metadata__";
    private static final List<String> NAMES = Arrays.asList("pieces", "scale", "bias", "rows", "shifts");
    private static final List<String> DTYPES = Arrays.asList("I32", "F32", "F32", "I8", "U8");
    private static final List<Integer> WIDTHS = Arrays.asList(4, 4, 4, 1, 1);

    private final String name;
    private final JsonNode header;
    private final ByteBuffer body;

    private BagFile(byte[] data, String name) {
        this.name = name;
        ByteBuffer file = ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
        long size = data.length < 8 ? -1 : file.getLong();
        if (size < 2 || size > Math.min(HEADER_BYTES, data.length - 8)) {
            throw new BundleException(name + " is no safetensors file of a bag tier: its header has "
                + unsigned(data) + " bytes, must have 2 to " + HEADER_BYTES + " of the file's " + data.length);
        }
        header = Json.parse(Arrays.copyOfRange(data, 8, 8 + (int) size), "the header of " + name);
        body = ByteBuffer.wrap(data, 8 + (int) size, data.length - 8 - (int) size).slice();
        body.order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Reads a bag tier's file and checks all of it.
     *
     * @param data the content
     * @param name the file's, for messages
     * @throws BundleException it is no such file, or its tensors do not fit each other
     */
    static BagTable read(byte[] data, String name) {
        if (data.length > BYTES) {
            throw new BundleException(name + " has " + data.length + " bytes, must be at most " + BYTES);
        }
        return new BagFile(data, name).table();
    }

    private BagTable table() {
        JsonNode metadata = header.get(METADATA);
        if (!is(metadata.get("format"), "edge-power bag") || !is(metadata.get("version"), "1")) {
            throw metadata.wrong(
                "of format \"edge-power bag\" and version \"1\", the one that this runtime reads");
        }
        TreeSet<String> unknown = new TreeSet<String>(header.keys());
        unknown.removeAll(NAMES);
        unknown.remove(METADATA);
        if (!unknown.isEmpty()) {
            throw header.wrong("of the tensors " + Quoted.list(NAMES) + " alone, without "
                + Quoted.of(unknown.first()));
        }
        checkPlaces();
        ByteBuffer[] tensors = new ByteBuffer[NAMES.size()];
        int[][] shapes = new int[NAMES.size()][];
        for (int kind = 0; kind < tensors.length; kind++) {
            tensors[kind] = tensor(kind);
            shapes[kind] = shape(kind, tensors[kind].remaining());
        }
        BagParts parts = new BagParts(tensors, shapes[3], buckets(metadata), name);
        return parts.table();
    }

    /** Checks that the tensors lie in the body without gaps. */
    private void checkPlaces() {
        List<int[]> places = new ArrayList<int[]>();
        for (int kind = 0; kind < NAMES.size(); kind++) {
            int[] place = place(header.get(NAMES.get(kind)));
            places.add(new int[] {place[0], place[1], kind});
        }
        Collections.sort(places, new Comparator<int[]>() {
            @Override
            public int compare(int[] one, int[] other) {
                return one[0] != other[0] ? one[0] - other[0] : one[1] - other[1];
            }
        });
        int end = 0;
        for (int[] place : places) {
            if (place[0] != end) {
                throw header.get(NAMES.get(place[2])).get("data_offsets").wrong(
                    "a range that begins at " + end + ", where the one before ends");
            }
            end = place[1];
        }
        if (end != body.capacity()) {
            throw new BundleException("the header of " + name + " describes " + end + " bytes of tensors, the file has "
                + body.capacity());
        }
    }

    private int[] place(JsonNode tensor) {
        JsonNode node = tensor.get("data_offsets");
        List<JsonNode> items = node.items(2);
        int[] offsets = new int[items.size()];
        for (int at = 0; at < offsets.length; at++) {
            offsets[at] = (int) items.get(at).integer(0, body.capacity());
        }
        if (offsets.length != 2 || offsets[0] > offsets[1]) {
            throw node.wrong("a beginning and an end that is not before it");
        }
        return offsets;
    }

    private ByteBuffer tensor(int kind) {
        int[] place = place(header.get(NAMES.get(kind)));
        ByteBuffer part = body.duplicate();
        part.limit(place[1]);
        part.position(place[0]);
        return part.slice().order(ByteOrder.LITTLE_ENDIAN);
    }

    private int[] shape(int kind, int bytes) {
        JsonNode tensor = header.get(NAMES.get(kind));
        tensor.get("dtype").choice(DTYPES.get(kind));
        int dimensions = NAMES.get(kind).equals("rows") ? 2 : 1;
        JsonNode node = tensor.get("shape");
        List<JsonNode> items = node.items(dimensions);
        int[] shape = new int[items.size()];
        long wanted = WIDTHS.get(kind);
        for (int at = 0; at < shape.length; at++) {
            shape[at] = (int) items.get(at).integer(1, BYTES);
            wanted *= shape[at];
        }
        if (shape.length != dimensions) {
            throw node.wrong(dimensions + " sizes");
        }
        if (wanted != bytes) {
            throw node.wrong("as large as its data_offsets, which hold " + bytes + " bytes and not " + wanted);
        }
        return shape;
    }

    private static int buckets(JsonNode metadata) {
        JsonNode node = metadata.get("buckets");
        String typed = node.string(10);
        long buckets = typed.matches("[0-9]+") ? Long.parseLong(typed) : 0;
        if (buckets < 1 || buckets > BYTES) {
            throw node.wrong("a whole number in 1.." + BYTES + ", as a string");
        }
        return (int) buckets;
    }

    private static boolean is(JsonNode node, String text) {
        try {
            return node.string().equals(text);
        } catch (BundleException error) {
            return false; // no string; the caller says what it must be
        }
    }

    /** The first eight bytes as the number that they are, without a sign. */
    private static String unsigned(byte[] data) {
        byte[] first = new byte[9];
        for (int at = 0; at < Math.min(8, data.length); at++) {
            first[8 - at] = data[at];
        }
        return new BigInteger(first).toString();
    }
}
