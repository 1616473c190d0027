package edgepower.runtime.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import edgepower.runtime.BundleException;
import edgepower.runtime.EngineException;
import edgepower.runtime.bundle.Artifact;
import edgepower.runtime.bundle.Bundle;
import edgepower.runtime.bundle.Manifest;
import edgepower.runtime.bundle.Program;
import edgepower.runtime.bundle.checks.Quoted;
import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.HashSet;
import java.util.Set;

/** ONNX Runtime, on the CPU: loads the graphs of an artifact, each a file of its own. Thread-safe. */
public final class OnnxEngine {
    private static final String PACKAGE = "onnxruntime";

    private final Bundle bundle;
    private final int numThreads;
    private final OrtEnvironment environment;

    /**
     * Prepares ONNX Runtime.
     *
     * @param numThreads that one run may use
     * @throws EngineException it does not load, or the artifact is for another package
     */
    public OnnxEngine(Bundle bundle, Artifact artifact, int numThreads) {
        if (!artifact.runtimes.isEmpty() && !artifact.runtimes.contains(PACKAGE)) {
            throw new EngineException(artifact.key() + " of this bundle gives right answers on "
                + Quoted.list(artifact.runtimes) + ", found " + PACKAGE + "; choose another precision");
        }
        this.bundle = bundle;
        this.numThreads = numThreads;
        this.environment = environment();
    }

    /**
     * Loads a program.
     *
     * @throws EngineException ONNX Runtime refuses it
     * @throws BundleException it keeps weights in a file that is not listed for the program, or has other tensors than
     *     the manifest says
     */
    public OnnxSession load(Program program) {
        File graph = bundle.resolve(program.file);
        checkWeights(program, graph);
        OrtSession session = null;
        try (OrtSession.SessionOptions options = options()) {
            session = environment.createSession(graph.getPath(), options);
            TensorCheck.check(program, session.getInputInfo(), session.getOutputInfo());
            OnnxSession loaded = new OnnxSession(environment, session, program);
            session = null;
            return loaded;
        } catch (OrtException error) {
            throw new EngineException("ONNX Runtime cannot load program " + program.name + " from " + graph + ": "
                + oneLine(error), error);
        } finally {
            close(session);
        }
    }

    /** The version of ONNX Runtime. */
    public String version() {
        return environment.getVersion();
    }

    private OrtSession.SessionOptions options() throws OrtException {
        OrtSession.SessionOptions options = new OrtSession.SessionOptions();
        options.setIntraOpNumThreads(numThreads);
        options.setInterOpNumThreads(1);
        options.setExecutionMode(OrtSession.SessionOptions.ExecutionMode.SEQUENTIAL);
        options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
        // Its warnings are for whoever converts, not for a device's log.
        options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
        options.addConfigEntry("session.load_model_format", "ONNX"); // the one that checkWeights reads
        return options;
    }

    /** Refuses a graph that has weights in a file which the program does not list: no digest might cover it. */
    private void checkWeights(Program program, File graph) {
        try {
            // A link leads the engine elsewhere, so real places are compared, not names.
            Set<String> listed = new HashSet<String>();
            for (String name : program.files) {
                listed.add(new File(bundle.path, name).getCanonicalPath());
            }
            for (String name : ExternalWeights.of(map(graph))) {
                boolean isPlain = name.indexOf('/') < 0 && name.indexOf('\\') < 0 && name.indexOf('\0') < 0;
                if (!isPlain || !listed.contains(new File(graph.getParentFile(), name).getCanonicalPath())) {
                    throw new BundleException(program.file + " in the bundle " + bundle.path + " keeps weights in "
                        + Quoted.of(name) + "; expected one of the program's files beside it, whose digests "
                        + Manifest.FILE + " holds: convert the model again");
                }
            }
        } catch (IOException error) {
            throw new BundleException(program.file + " in the bundle " + bundle.path + " is no ONNX graph: "
                + error.getMessage(), error);
        }
    }

    /** Maps a file rather than reads it: a graph may hold all weights, and a phone's heap is small. */
    private static ByteBuffer map(File file) throws IOException {
        try (RandomAccessFile opened = new RandomAccessFile(file, "r")) {
            if (opened.length() > Integer.MAX_VALUE) {
                throw new IOException("it has " + opened.length() + " bytes, a protocol buffer has at most 2 GiB");
            }
            return opened.getChannel().map(FileChannel.MapMode.READ_ONLY, 0, opened.length());
        }
    }

    private static OrtEnvironment environment() {
        try {
            OrtEnvironment environment = OrtEnvironment.getEnvironment();
            environment.setTelemetry(false); // a device sends nothing that its owner did not ask for
            return environment;
        } catch (OrtException error) {
            throw new EngineException("ONNX Runtime does not start: " + oneLine(error), error);
        } catch (LinkageError error) { // no library for this processor in the app
            throw new EngineException("ONNX Runtime does not load here: " + error + "; the app must hold "
                + "libonnxruntime.so and libonnxruntime4j_jni.so for this device's processor", error);
        }
    }

    private static void close(OrtSession session) {
        try {
            if (session != null) {
                session.close();
            }
        } catch (OrtException error) {
            throw new EngineException("ONNX Runtime cannot close a session: " + oneLine(error), error);
        }
    }

    /** A message of the engine on one line. */
    static String oneLine(OrtException error) {
        return String.valueOf(error.getMessage()).trim().replaceAll("\\s*[\\n\\r]\\s*", " ");
    }
}
