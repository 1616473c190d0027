package edgepower.runtime.model;

import edgepower.runtime.Answerer;
import edgepower.runtime.InputException;
import edgepower.runtime.bundle.Artifact;
import edgepower.runtime.bundle.Bundle;
import edgepower.runtime.bundle.CascadeEntry;
import edgepower.runtime.bundle.Manifest;
import edgepower.runtime.bundle.Program;
import edgepower.runtime.bundle.checks.Bounds;
import edgepower.runtime.onnx.OnnxEngine;
import edgepower.runtime.onnx.OnnxSession;
import edgepower.runtime.task.Task;
import edgepower.runtime.text.TextEncoder;
import java.io.Closeable;
import java.util.ArrayList;
import java.util.List;

/**
 * An artifact of a bundle, opened once: its engine, its programs as they load, and the tokenizer.
 *
 * <p>Many threads may use it at once. Closing it frees what its answerers loaded.
 */
public final class Model implements Closeable {
    private final Bundle bundle;
    private final Artifact artifact;
    private final TextEncoder encoder;
    private final int numThreads;
    private final OnnxEngine engine;
    private final LoadedPrograms loaded;
    private final List<Model> inside = new ArrayList<Model>();

    private Model(Bundle bundle, Artifact artifact, TextEncoder encoder, int numThreads) {
        this.bundle = bundle;
        this.artifact = artifact;
        this.encoder = encoder;
        this.numThreads = numThreads;
        engine = new OnnxEngine(bundle, artifact, numThreads);
        loaded = new LoadedPrograms(engine);
    }

    /**
     * Opens an artifact and checks, once, the files that will be used; programs load on first use.
     *
     * @param artifact of this bundle, for ONNX Runtime
     * @param numThreads that one run may use
     * @throws InputException it is no number of threads
     * @throws edgepower.runtime.BundleException a file is missing, altered or malformed
     * @throws edgepower.runtime.EngineException the engine does not load
     */
    public static Model open(Bundle bundle, Artifact artifact, int numThreads) {
        if (numThreads < 1) {
            throw new InputException("num_threads is " + numThreads + ", must be a whole number of at least 1");
        }
        bundle.check(artifact.files);
        byte[] tokenizer = bundle.read(Manifest.TOKENIZER_FILE, Bounds.TOKENIZER_BYTES);
        TextEncoder encoder = TextEncoder.fromJson(tokenizer, bundle.manifest.tokenizer);
        return new Model(bundle, artifact, encoder, numThreads);
    }

    /**
     * Gives an answerer of one budget, for which nothing is read, or of a cascade, whose tiers are opened.
     *
     * @param name of the manifest, which the artifact can answer by
     * @param task reads the logits
     * @throws edgepower.runtime.BundleException a tier's file is missing, altered or malformed
     */
    public Answerer at(String name, Task task) {
        CascadeEntry cascade = bundle.manifest.cascade(name);
        return cascade == null ? budget(name, task) : new CascadeOpener(this).open(cascade);
    }

    /** Gives the answerer of one budget, of which the artifact has programs. */
    public BudgetAnswerer budget(String name, Task task) {
        return new BudgetAnswerer(this, name, task);
    }

    /**
     * Opens another bundle as this one is; it is closed with this one.
     *
     * @throws edgepower.runtime.BundleException it is incomplete, altered or malformed
     */
    Model beside(Bundle other) {
        Model model = open(other, other.artifactLike(artifact), numThreads);
        synchronized (inside) {
            inside.add(model);
        }
        return model;
    }

    /** What it reads from. */
    public Bundle bundle() {
        return bundle;
    }

    /** What runs. */
    public Artifact artifact() {
        return artifact;
    }

    /** The bundle's tokenizer. */
    public TextEncoder encoder() {
        return encoder;
    }

    /** That one run may use. */
    public int numThreads() {
        return numThreads;
    }

    /** The version of ONNX Runtime. */
    public String engineVersion() {
        return engine.version();
    }

    /**
     * Gives a program of the artifact; it loads when it is first asked for.
     *
     * @throws edgepower.runtime.EngineException it does not load, or the model is closed
     * @throws edgepower.runtime.BundleException it is not what the manifest says
     */
    public OnnxSession session(Program program) {
        return loaded.session(program);
    }

    /**
     * Loads a program for the caller alone, who closes it.
     *
     * @throws edgepower.runtime.EngineException it does not load, or the model is closed
     * @throws edgepower.runtime.BundleException it is not what the manifest says
     */
    public OnnxSession load(Program program) {
        return loaded.loadAlone(program);
    }

    /** Waits for runs under way, then frees the engine's memory. */
    @Override
    public void close() {
        loaded.close();
        synchronized (inside) {
            for (Model model : inside) {
                model.close();
            }
        }
    }
}
