package edgepower.runtime.bundle.checks;

import edgepower.runtime.bundle.TensorEntry;
import edgepower.runtime.json.JsonNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Whether a program's tensors are those that the format gives it, under the format's own addresses. */
final class TensorChecks {
    private TensorChecks() {
    }

    /** Checks one side of a program. */
    static void check(String engine, List<TensorEntry> tensors, List<TensorRule> rules, JsonNode node) {
        Map<String, Integer> order = new HashMap<String, Integer>();
        List<String> expected = new ArrayList<String>();
        for (TensorRule rule : rules) {
            order.put(rule.name, expected.size());
            expected.add(rule.name);
        }
        checkNames(tensors, expected, node);
        List<JsonNode> places = node.items();
        for (int at = 0; at < tensors.size(); at++) {
            TensorEntry tensor = tensors.get(at);
            rules.get(order.get(tensor.name)).check(tensor, places.get(at));
        }
        for (int at = 0; at < tensors.size(); at++) {
            TensorEntry tensor = tensors.get(at);
            checkAddress(tensor, engine.equals("executorch"), order.get(tensor.name), places.get(at));
        }
    }

    private static void checkNames(List<TensorEntry> tensors, List<String> expected, JsonNode node) {
        List<String> found = new ArrayList<String>();
        for (TensorEntry tensor : tensors) {
            found.add(tensor.name);
        }
        List<String> sorted = new ArrayList<String>(found);
        List<String> wanted = new ArrayList<String>(expected);
        Collections.sort(sorted);
        Collections.sort(wanted);
        if (!sorted.equals(wanted)) {
            throw node.wrong("the tensors " + Quoted.list(expected) + ", each once, not "
                + (found.isEmpty() ? "none" : Quoted.list(found)));
        }
    }

    /** Checks that the engine is asked by the format's own name or place, so that no two tensors can be swapped. */
    private static void checkAddress(TensorEntry tensor, boolean byPosition, long place, JsonNode node) {
        if (tensor.position != place && (byPosition || tensor.position >= 0)) {
            throw node.get("position").wrong(place + " for " + tensor.name + (byPosition ? "" : ", or null"));
        }
        if (!tensor.name.equals(tensor.engineName) && (!byPosition || tensor.engineName != null)) {
            throw node.get("engine_name").wrong(
                Quoted.of(tensor.name) + " as the name is" + (byPosition ? ", or null" : ""));
        }
    }
}
