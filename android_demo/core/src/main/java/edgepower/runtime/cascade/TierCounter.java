package edgepower.runtime.cascade;

import edgepower.runtime.CascadeStats;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;

/** Counts answers by tier; many threads may use it. */
final class TierCounter {
    private final List<Tier> tiers;
    private final AtomicLongArray answered;

    TierCounter(List<Tier> tiers) {
        this.tiers = tiers;
        this.answered = new AtomicLongArray(tiers.size());
    }

    void add(int place) {
        answered.incrementAndGet(place);
    }

    CascadeStats read() {
        List<CascadeStats.Tier> counts = new ArrayList<CascadeStats.Tier>();
        long asked = 0;
        for (int place = tiers.size() - 1; place >= 0; place--) {
            long own = answered.get(place);
            asked += own; // whoever is asked answers, or passes the text on
            counts.add(0, new CascadeStats.Tier(tiers.get(place).name, asked, own));
        }
        return new CascadeStats(counts);
    }
}
