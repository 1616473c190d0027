package edgepower.runtime.onnx;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.util.TreeSet;

/**
 * Which files an ONNX graph keeps its weights in, read from the graph itself (BUNDLE.md, section 2).
 *
 * <p>ONNX Runtime opens whatever a graph names beside itself. Here the names are found first, so that no file is read
 * that no digest covers. The format is protocol buffers', the fields onnx.proto's.
 */
final class ExternalWeights {
    // The protobuf library refuses messages that are nested deeper.
    private static final int MOST_DEPTH = 100;
    private static final int KEY_FIELD = 1;
    private static final int VALUE_FIELD = 2;

    private final Protobuf data;
    private final TreeSet<String> names = new TreeSet<String>();

    private ExternalWeights(ByteBuffer graph) {
        data = new Protobuf(graph, "location");
    }

    /**
     * Finds the names of the files that a graph reads weights from, sorted.
     *
     * @throws IOException it is no protocol buffer, or a name is not UTF-8
     */
    static TreeSet<String> of(ByteBuffer graph) throws IOException {
        ExternalWeights weights = new ExternalWeights(graph);
        if (weights.data.holdsWord(0, graph.limit())) {
            weights.search(0, graph.limit(), Message.MODEL, 0);
        }
        return weights.names;
    }

    private void search(int start, int end, Message message, int depth) throws IOException {
        if (depth > MOST_DEPTH) {
            throw new IOException("messages are nested deeper than " + MOST_DEPTH);
        }
        Protobuf.Field field = new Protobuf.Field(start);
        while (data.next(field, end)) {
            Message inner = message.inner(field.number);
            // A name stands in the bytes as it is, so most of a graph need not be looked into.
            if (inner == null || !data.holdsWord(field.start, field.stop)) {
                continue;
            }
            if (inner == Message.ENTRY) {
                addLocation(field.start, field.stop);
            } else {
                search(field.start, field.stop, inner, depth + 1);
            }
        }
    }

    /** Adds the values of an entry if its key is a location; of a field that is there twice, parsers take the last. */
    private void addLocation(int start, int end) throws IOException {
        boolean isLocation = false;
        TreeSet<String> values = new TreeSet<String>();
        Protobuf.Field field = new Protobuf.Field(start);
        while (data.next(field, end)) {
            if (field.number == KEY_FIELD) {
                isLocation |= data.isWord(field.start, field.stop);
            } else if (field.number == VALUE_FIELD) {
                values.add(Charset.forName("UTF-8").newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .decode(data.slice(field.start, field.stop)).toString());
            }
        }
        if (isLocation) {
            names.addAll(values);
        }
    }

    /** The messages that lead to a tensor's external data. */
    private enum Message {
        MODEL,
        TRAINING,
        GRAPH,
        FUNCTION,
        NODE,
        ATTRIBUTE,
        SPARSE_TENSOR,
        TENSOR,
        ENTRY;

        /** What stands in a field of this message, by its number in onnx.proto; null is nothing of interest. */
        Message inner(long field) {
            switch (this) {
                case MODEL:
                    return field == 7 ? GRAPH : field == 20 ? TRAINING : field == 25 ? FUNCTION : null;
                case TRAINING:
                    return field == 1 || field == 2 ? GRAPH : null;
                case GRAPH:
                    return field == 1 ? NODE : field == 5 ? TENSOR : field == 15 ? SPARSE_TENSOR : null;
                case FUNCTION:
                    return field == 7 ? NODE : field == 11 ? ATTRIBUTE : null;
                case NODE:
                    return field == 5 ? ATTRIBUTE : null;
                case ATTRIBUTE:
                    return field == 5 || field == 10 ? TENSOR : field == 6 || field == 11 ? GRAPH
                        : field == 22 || field == 23 ? SPARSE_TENSOR : null;
                case SPARSE_TENSOR:
                    return field == 1 || field == 2 ? TENSOR : null;
                default:
                    return field == 13 ? ENTRY : null;
            }
        }
    }
}
