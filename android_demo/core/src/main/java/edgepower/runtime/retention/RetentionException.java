package edgepower.runtime.retention;

import edgepower.runtime.EdgePowerException;

/** A retention schedule, a configuration or a list of kept words breaks its own rules. */
public final class RetentionException extends EdgePowerException {
    private static final long serialVersionUID = 1L;

    /** Says what was found and what was expected, in one line. */
    public RetentionException(String message) {
        super(message);
    }
}
