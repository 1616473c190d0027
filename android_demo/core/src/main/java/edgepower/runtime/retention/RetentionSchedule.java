package edgepower.runtime.retention;

/**
 * The fraction of the length that each encoder passes on; one schedule serves every length (BUNDLE.md, section 3).
 *
 * <p>Immutable.
 */
public final class RetentionSchedule {
    // 0.35 * 20 is 7.000000000000001 in binary; without the slack its ceiling would be 8.
    private static final double CEILING_SLACK = 1e-6;

    private final double[] fractions;

    /**
     * Checks a schedule.
     *
     * @param fractions one for each encoder, in (0, 1], never rising; the last decides nothing
     * @throws RetentionException no fraction is given, or one is outside (0, 1] or larger than the one before
     */
    public RetentionSchedule(double[] fractions) {
        this.fractions = fractions.clone();
        if (fractions.length == 0) {
            throw new RetentionException("expected one fraction per encoder, found none");
        }
        double previous = 1;
        for (int encoder = 0; encoder < fractions.length; encoder++) {
            double fraction = fractions[encoder];
            if (!(fraction > 0 && fraction <= 1)) {
                throw new RetentionException(
                    "encoder " + (encoder + 1) + " has the fraction " + fraction + ", must be in (0, 1]; got " + this);
            }
            if (fraction > previous) {
                throw new RetentionException("encoder " + (encoder + 1) + " has " + fraction + ", more than the "
                    + previous + " before; must not grow; got " + this);
            }
            previous = fraction;
        }
    }

    /** The fraction of each encoder, as an array of the caller's own. */
    public double[] fractions() {
        return fractions.clone();
    }

    /** How many encoders it is for. */
    public int encoders() {
        return fractions.length;
    }

    /**
     * Rounds the schedule to whole word-vectors, upwards, at one length.
     *
     * @param length tokens that enter the first encoder
     * @throws RetentionException the length is below 1
     */
    public RetentionConfig at(int length) {
        int[] keep = new int[fractions.length];
        int entering = length;
        for (int encoder = 0; encoder < keep.length - 1; encoder++) {
            int rounded = (int) Math.ceil(fractions[encoder] * length - CEILING_SLACK);
            entering = Math.min(entering, Math.max(1, rounded));
            keep[encoder] = entering;
        }
        keep[keep.length - 1] = 1;
        return new RetentionConfig(length, keep);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("RetentionSchedule(fractions=(");
        for (int place = 0; place < fractions.length; place++) {
            text.append(place == 0 ? "" : ", ").append(fractions[place]);
        }
        return text.append(fractions.length == 1 ? ",))" : "))").toString();
    }
}
