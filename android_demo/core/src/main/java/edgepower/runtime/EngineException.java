package edgepower.runtime;

/** The engine failed to load or to run a program. */
public final class EngineException extends EdgePowerException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes one of a message.
     *
     * @param message what was found, what was expected, and the fix
     */
    public EngineException(String message) {
        super(message);
    }

    /**
     * Makes one that another exception led to.
     *
     * @param message what was found, what was expected, and the fix
     * @param cause what led to it
     */
    public EngineException(String message, Throwable cause) {
        super(message, cause);
    }
}
