package edgepower.runtime.verify;

import edgepower.runtime.EdgePowerException;

/** A bundle on this device does not do what its golden examples say. */
public final class VerificationException extends EdgePowerException {
    private static final long serialVersionUID = 1L;

    /** Says what was found and what was expected, in one line. */
    public VerificationException(String message) {
        super(message);
    }
}
