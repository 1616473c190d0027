package edgepower.runtime.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import edgepower.runtime.EngineException;
import edgepower.runtime.bundle.Program;
import edgepower.runtime.bundle.TensorEntry;
import edgepower.runtime.text.EncodedText;
import java.io.Closeable;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/** A program, loaded; many threads may run it at once, and closing waits for them. */
public final class OnnxSession implements Closeable {
    private final OrtEnvironment environment;
    private final OrtSession session;
    private final Program program;
    private final Set<String> outputs;
    // As many as ran at once: their native memory is used again for every text.
    private final ArrayDeque<InputBlock> idle = new ArrayDeque<InputBlock>();
    private final ReadWriteLock running = new ReentrantReadWriteLock();
    private boolean isClosed;

    OnnxSession(OrtEnvironment environment, OrtSession session, Program program) {
        this.environment = environment;
        this.session = session;
        this.program = program;
        this.outputs = outputsOf(session, program);
    }

    /**
     * Runs a program that reads a text.
     *
     * @param text of at most {@code length} tokens
     * @param length that it is filled up to: the program's, or the text's own where the program takes any
     * @param padId the token id that fills up
     * @throws EngineException ONNX Runtime failed, or the session is closed
     */
    public Outputs run(EncodedText text, int length, int padId) {
        return run(text, null, length, padId);
    }

    /**
     * Runs a stage that goes on from another.
     *
     * @throws EngineException ONNX Runtime failed, or the session is closed
     */
    public Outputs run(HandedOn given) {
        return run(null, given, 0, 0);
    }

    private Outputs run(EncodedText text, HandedOn given, int length, int padId) {
        running.readLock().lock();
        try {
            if (isClosed) {
                throw new EngineException(
                    "program " + program.name + " was closed with its classifier; open the bundle again");
            }
            InputBlock block = take();
            try {
                Map<String, OnnxTensor> feed = text == null
                    ? block.bind(environment, given) : block.bind(environment, text, length, padId);
                try (OrtSession.Result result = session.run(feed, outputs)) {
                    return OutputReader.read(result, outputs);
                }
            } finally {
                giveBack(block);
            }
        } catch (OrtException error) {
            throw new EngineException(
                "ONNX Runtime failed in program " + program.name + ": " + OnnxEngine.oneLine(error), error);
        } finally {
            running.readLock().unlock();
        }
    }

    /** Waits for runs under way, then frees the engine's memory. */
    @Override
    public void close() {
        running.writeLock().lock();
        try {
            if (!isClosed) {
                isClosed = true;
                for (InputBlock block : idle) {
                    block.close();
                }
                idle.clear();
                session.close();
            }
        } catch (OrtException error) {
            throw new EngineException(
                "ONNX Runtime cannot close program " + program.name + ": " + OnnxEngine.oneLine(error), error);
        } finally {
            running.writeLock().unlock();
        }
    }

    private InputBlock take() {
        synchronized (idle) {
            InputBlock block = idle.pollLast();
            return block == null ? new InputBlock(program) : block;
        }
    }

    private void giveBack(InputBlock block) {
        synchronized (idle) {
            idle.addLast(block);
        }
    }

    /** The outputs by name: of a graph that programs share, which may drop words where this one does not, all. */
    private static Set<String> outputsOf(OrtSession session, Program program) {
        if (program.anyLength) {
            return new LinkedHashSet<String>(session.getOutputNames());
        }
        Set<String> names = new LinkedHashSet<String>();
        for (TensorEntry entry : program.outputs) {
            names.add(entry.name);
        }
        return names;
    }
}
