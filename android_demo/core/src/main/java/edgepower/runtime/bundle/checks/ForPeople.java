package edgepower.runtime.bundle.checks;

import edgepower.runtime.json.JsonNode;

/** Parts of a manifest that are for people: they must be well formed, and nothing depends on what they say. */
public final class ForPeople {
    private ForPeople() {
    }

    /** Checks what was measured of a program where the bundle was made; null where it was not. */
    public static void checkParity(JsonNode node) {
        if (node == null) {
            return;
        }
        whole(node.get("texts"));
        node.get("max_abs_error").number();
        node.get("label_agreement").number();
        node.get("kept_agreement").number();
        whole(node.get("near_ties"));
    }

    /** Checks what a delegate took of a program; null where it was not counted. */
    public static void checkDelegation(JsonNode node) {
        if (node == null) {
            return;
        }
        node.get("delegate").string();
        for (String side : new String[] {"inside", "outside"}) {
            JsonNode counts = node.get(side);
            for (String kind : counts.keys()) {
                counts.get(kind).integer(1, JsonNode.LARGEST);
            }
        }
    }

    /** Checks what was measured of a cascade; null where it was not. */
    public static void checkMeasured(JsonNode node) {
        if (node == null) {
            return;
        }
        whole(node.get("rows"));
        for (String key : new String[] {"accuracy", "last_accuracy", "max_loss", "confidence"}) {
            JsonNode number = node.optional(key);
            if (number != null) {
                number.number();
            }
        }
        JsonNode passed = node.optional("passed_on");
        if (passed != null) {
            for (JsonNode fraction : passed.items(Bounds.TIERS)) {
                fraction.number();
            }
        }
    }

    /** Checks an object of strings, such as the versions of tools. */
    public static void checkStrings(JsonNode node) {
        for (String key : node.keys()) {
            node.get(key).string();
        }
    }

    private static void whole(JsonNode node) {
        node.integer(0, JsonNode.LARGEST);
    }
}
