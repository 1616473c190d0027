package edgepower.demo.install;

import edgepower.runtime.EdgePowerException;
import java.io.File;

/** The bundle in the app's assets could not be put in its place. */
public final class InstallException extends EdgePowerException {
    private static final long serialVersionUID = 1L;

    /** What went wrong; a screen says it in the reader's language. */
    public enum Fault {
        /** The app holds no bundle. */
        NO_BUNDLE,
        /** The app's folder takes no more. */
        NO_ROOM,
        /** An asset cannot be read to its end. */
        UNREADABLE,
        /** The bundle is altered, newer than this app, or of a kind that it cannot run. */
        REFUSED
    }

    /** What went wrong. */
    public final Fault fault;

    /** In one line, in English, from whoever noticed. */
    public final String detail;

    /** The folder of the bundle that was there before and still is; null where there is none. */
    public final File kept;

    InstallException(Fault fault, String detail, File kept, Throwable cause) {
        super(detail, cause);
        this.fault = fault;
        this.detail = detail;
        this.kept = kept;
    }
}
