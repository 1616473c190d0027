package edgepower.runtime;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** How many texts each tier of a cascade answered since it was opened: an app sees by it that its texts drift. */
public final class CascadeStats {
    /** One of each tier, in the order they are asked; empty where there is no cascade. */
    public final List<Tier> tiers;

    /** Takes a copy of the counts of one moment. */
    public CascadeStats(List<Tier> tiers) {
        this.tiers = Collections.unmodifiableList(new ArrayList<Tier>(tiers));
    }

    /** What one tier did. */
    public static final class Tier {
        /** Of the tier. */
        public final String name;

        /** Texts that it was asked. */
        public final long asked;

        /** Texts whose answer is its own. */
        public final long answered;

        /** Notes the counts of one tier. */
        public Tier(String name, long asked, long answered) {
            this.name = name;
            this.asked = asked;
            this.answered = answered;
        }
    }
}
