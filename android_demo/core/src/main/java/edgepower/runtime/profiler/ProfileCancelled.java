package edgepower.runtime.profiler;

import edgepower.runtime.EdgePowerException;

/** The profile was ended by its {@link Progress}; nothing was measured that could be kept. */
public final class ProfileCancelled extends EdgePowerException {
    private static final long serialVersionUID = 1L;

    /** Says so. */
    public ProfileCancelled() {
        super("the profile was cancelled");
    }
}
