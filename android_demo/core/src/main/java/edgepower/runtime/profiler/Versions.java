package edgepower.runtime.profiler;

import java.util.LinkedHashMap;
import java.util.Map;

/** Versions of what ran. */
final class Versions {
    private Versions() {}

    /** Of the virtual machine, the engine, which is ONNX Runtime, and what the app adds, by name. */
    static Map<String, String> of(String engine, DeviceFacts facts) {
        Map<String, String> found = new LinkedHashMap<String, String>();
        // Android's virtual machine says 0 for the version of its Java.
        boolean isAndroid = "Dalvik".equals(System.getProperty("java.vm.name"));
        found.put(isAndroid ? "art" : "java", System.getProperty(isAndroid ? "java.vm.version" : "java.version"));
        found.put("onnxruntime", engine);
        found.putAll(facts.versions());
        return found;
    }
}
