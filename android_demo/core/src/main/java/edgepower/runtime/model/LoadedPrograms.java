package edgepower.runtime.model;

import edgepower.runtime.EngineException;
import edgepower.runtime.bundle.Program;
import edgepower.runtime.onnx.OnnxEngine;
import edgepower.runtime.onnx.OnnxSession;
import java.io.Closeable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** The programs of an artifact that are loaded, each on its first use; many threads may ask at once. */
final class LoadedPrograms implements Closeable {
    private final OnnxEngine engine;
    private final ConcurrentMap<String, OnnxSession> sessions = new ConcurrentHashMap<String, OnnxSession>();
    private final Object loading = new Object();
    private boolean isClosed;

    LoadedPrograms(OnnxEngine engine) {
        this.engine = engine;
    }

    OnnxSession session(Program program) {
        // Programs of any length share what their graph needs once.
        String key = program.anyLength ? program.file : program.name;
        OnnxSession session = sessions.get(key);
        return session == null ? load(key, program) : session;
    }

    /** Loads a program for the caller alone, who closes it. */
    OnnxSession loadAlone(Program program) {
        synchronized (loading) {
            refuseWhenClosed(program);
            return engine.load(program);
        }
    }

    private OnnxSession load(String key, Program program) {
        synchronized (loading) {
            OnnxSession session = sessions.get(key);
            if (session == null) {
                refuseWhenClosed(program);
                session = engine.load(program);
                sessions.put(key, session);
            }
            return session;
        }
    }

    private void refuseWhenClosed(Program program) {
        if (isClosed) {
            throw new EngineException(
                "program " + program.name + " was closed with its classifier; open the bundle again");
        }
    }

    @Override
    public void close() {
        synchronized (loading) {
            isClosed = true;
            for (OnnxSession session : sessions.values()) {
                session.close(); // it stays, so that who asks is told that it is closed
            }
        }
    }
}
