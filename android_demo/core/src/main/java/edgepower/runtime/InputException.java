package edgepower.runtime;

/** A text, an option or a path that the caller gave cannot be used. */
public final class InputException extends EdgePowerException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes one of a message.
     *
     * @param message what was found, what was expected, and the fix
     */
    public InputException(String message) {
        super(message);
    }

    /**
     * Makes one that another exception led to.
     *
     * @param message what was found, what was expected, and the fix
     * @param cause what led to it
     */
    public InputException(String message, Throwable cause) {
        super(message, cause);
    }
}
