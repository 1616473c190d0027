package edgepower.runtime.profiler;

/**
 * Is told how far a profile is, and may end it.
 *
 * <p>It is asked on the profiler's thread and always between timed answers, so it should return at once. Whoever draws
 * should do so rarely, since drawing takes a core from what is measured.
 */
public interface Progress {
    /**
     * Hears that a step is about to start.
     *
     * @param what the step, such as {@code timing: onnx fp32 full 64, 1 thread}
     * @param done steps before it, from 0
     * @param total steps at most; the last ones may be left out
     * @return false to cancel the profile, which then throws {@link ProfileCancelled}
     */
    boolean step(String what, int done, int total);
}
