package edgepower.runtime.profiler.measure;

import edgepower.runtime.profiler.ProfileCancelled;
import edgepower.runtime.profiler.Progress;

/** Counts the steps of a profile for its {@link Progress}, which hears of them at most ten times a second. */
public final class Steps {
    private static final long INTERVAL_NS = 100_000_000;

    private final Progress progress;
    private String what = "";
    private int begun;
    private int total = 1;
    private long toldAtNs;

    /** Begins; until {@link #expect} there is one step in all. */
    public Steps(Progress progress) {
        this.progress = progress;
    }

    /** Says how many steps there are, those included that have begun. */
    public void expect(int steps) {
        total = steps;
    }

    /**
     * Hears that a step begins; the first of a kind is told at once.
     *
     * @param description such as {@code timing: onnx fp32 full 64, 1 thread}, with its kind before the colon
     * @throws ProfileCancelled the progress said so
     */
    public void step(String description) {
        boolean isNew = !kind(description).equals(kind(what));
        what = description;
        begun = Math.min(begun + 1, total);
        if (isNew) {
            tell();
        } else {
            check();
        }
    }

    /** Counts steps that a limit of time will leave out, so that the last one ends at the total. */
    void skipTo(int steps) {
        begun = Math.max(begun, Math.min(steps, total));
    }

    /** Steps that have begun. */
    int begun() {
        return begun;
    }

    /**
     * Asks between two answers whether to go on.
     *
     * @throws ProfileCancelled the progress said no
     */
    void check() {
        if (System.nanoTime() - toldAtNs >= INTERVAL_NS) {
            tell();
        }
    }

    private void tell() {
        toldAtNs = System.nanoTime();
        if (!progress.step(what, Math.max(0, begun - 1), total)) {
            throw new ProfileCancelled();
        }
    }

    private static String kind(String description) {
        int colon = description.indexOf(':');
        return colon < 0 ? description : description.substring(0, colon);
    }
}
