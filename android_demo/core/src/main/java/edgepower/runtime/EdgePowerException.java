package edgepower.runtime;

/**
 * The root of all that edge-power raises on purpose: catch this to catch everything.
 *
 * <p>Its message is one line that can be shown to a user: what was found, what was expected, and the fix where it is
 * known.
 */
public class EdgePowerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes one of a message.
     *
     * @param message what was found, what was expected, and the fix
     */
    public EdgePowerException(String message) {
        super(message);
    }

    /**
     * Makes one that another exception led to.
     *
     * @param message what was found, what was expected, and the fix
     * @param cause what led to it
     */
    public EdgePowerException(String message, Throwable cause) {
        super(message, cause);
    }
}
