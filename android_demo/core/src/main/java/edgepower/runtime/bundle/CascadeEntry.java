package edgepower.runtime.bundle;

import edgepower.runtime.bundle.checks.Bounds;
import edgepower.runtime.bundle.checks.ForPeople;
import edgepower.runtime.json.JsonNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A cascade as the manifest has it (BUNDLE.md, section 12). */
public final class CascadeEntry {
    /** No budget and no other cascade has it. */
    public final String name;

    /** Two or more, in the order they are asked. */
    public final List<TierEntry> tiers;

    CascadeEntry(JsonNode node) {
        name = node.get("name").string();
        List<TierEntry> read = new ArrayList<TierEntry>();
        for (JsonNode item : node.get("tiers").items(Bounds.TIERS)) {
            read.add(new TierEntry(item));
        }
        tiers = Collections.unmodifiableList(read);
        ForPeople.checkMeasured(node.optional("measured"));
    }

    /** Whether this runtime knows every tier of a cascade that is yet to be read. */
    public static boolean isKnown(JsonNode node) {
        boolean known = true;
        for (JsonNode item : node.get("tiers").items(Bounds.TIERS)) {
            known &= TierEntry.isKnown(item); // each is looked at: whatever it is, it has a kind
        }
        return known;
    }

    /** The tier that is asked last. */
    public TierEntry lastTier() {
        return tiers.get(tiers.size() - 1);
    }
}
