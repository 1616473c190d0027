package edgepower.runtime.bundle.checks;

import edgepower.runtime.json.JsonNode;
import java.util.HashSet;
import java.util.Set;

/** A list of a manifest in which nothing may stand twice. */
public final class Unique {
    private final Set<String> seen = new HashSet<String>();
    private final JsonNode node;
    private final String what;

    /**
     * Begins with nothing seen.
     *
     * @param node whose place the message names
     * @param what the message calls the things, such as {@code paths}
     */
    public Unique(JsonNode node, String what) {
        this.node = node;
        this.what = what;
    }

    /** Notes a name; refuses one that was there. */
    public void add(String name) {
        addShown(Quoted.of(name));
    }

    /** Notes a value as messages show it; refuses one that was there. */
    public void addShown(String shown) {
        if (!seen.add(shown)) {
            throw node.wrong("a list without repeated " + what + " (here " + shown + ")");
        }
    }
}
