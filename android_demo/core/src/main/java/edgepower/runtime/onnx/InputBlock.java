package edgepower.runtime.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import edgepower.runtime.bundle.Program;
import edgepower.runtime.bundle.TensorEntry;
import edgepower.runtime.text.EncodedText;
import java.util.HashMap;
import java.util.Map;

/** All inputs of one run; it serves one thread at a time, and one run after the other. */
final class InputBlock {
    private final InputTensor[] tensors;
    private final Map<String, OnnxTensor> feed = new HashMap<String, OnnxTensor>();

    InputBlock(Program program) {
        tensors = new InputTensor[program.inputs.size()];
        for (int place = 0; place < tensors.length; place++) {
            TensorEntry entry = program.inputs.get(place);
            tensors[place] = new InputTensor(entry);
        }
    }

    /** Binds a text, filled up to the length (BUNDLE.md, section 4). */
    Map<String, OnnxTensor> bind(OrtEnvironment environment, EncodedText text, int length, int padId)
            throws OrtException {
        for (InputTensor tensor : tensors) {
            feed.put(tensor.name, tensor.view(environment, length));
            if (tensor.name.equals("input_ids")) {
                tensor.set(text.ids, padId, length);
            } else if (tensor.name.equals("token_type_ids")) {
                tensor.set(text.typeIds, 0, length);
            } else {
                tensor.setMask(text.numTokens(), length);
            }
        }
        return feed;
    }

    /** Binds what the stage before handed on. */
    Map<String, OnnxTensor> bind(OrtEnvironment environment, HandedOn given) throws OrtException {
        for (InputTensor tensor : tensors) {
            boolean areWords = tensor.name.equals("words");
            int last = areWords ? given.words.length / given.mask.length : given.mask.length;
            feed.put(tensor.name, tensor.view(environment, last));
            tensor.set(areWords ? given.words : given.mask);
        }
        return feed;
    }

    void close() {
        for (InputTensor tensor : tensors) {
            tensor.close();
        }
    }
}
