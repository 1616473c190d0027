package edgepower.runtime;

/** A bundle is incomplete, altered or malformed, or this library cannot read it. */
public final class BundleException extends EdgePowerException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes one of a message.
     *
     * @param message what was found, what was expected, and the fix
     */
    public BundleException(String message) {
        super(message);
    }

    /**
     * Makes one that another exception led to.
     *
     * @param message what was found, what was expected, and the fix
     * @param cause what led to it
     */
    public BundleException(String message, Throwable cause) {
        super(message, cause);
    }
}
