package edgepower.runtime.profiler.report;

import edgepower.runtime.bundle.TierEntry;
import java.util.List;

/** How a cascade answered the texts of a mix (PROFILE.md section 6). */
public final class MixCascade {
    final List<TierEntry> tiers;
    final double[][] tierMs;
    final int[] answered;
    final double[] aloneMs;

    /**
     * Takes the samples over.
     *
     * @param tiers in the order they are asked
     * @param tierMs by tier and sample, what the tier took; 0 where it was not asked
     * @param answered of each sample, the place of the tier whose answer stands
     * @param aloneMs text to prediction by the last tier alone, as many as there was time for
     */
    public MixCascade(List<TierEntry> tiers, double[][] tierMs, int[] answered, double[] aloneMs) {
        this.tiers = tiers;
        this.tierMs = tierMs;
        this.answered = answered;
        this.aloneMs = aloneMs;
    }
}
