package edgepower.runtime.profiler;

import ai.onnxruntime.OrtEnvironment;

/** Prints the version of ONNX Runtime that Java finds. */
public final class EngineVersionMain {
    private EngineVersionMain() {}

    /** Takes no arguments. */
    public static void main(String[] arguments) {
        System.out.println(OrtEnvironment.getEnvironment().getVersion());
    }
}
