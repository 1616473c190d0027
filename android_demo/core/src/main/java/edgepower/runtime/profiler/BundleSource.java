package edgepower.runtime.profiler;

import java.io.File;

/** Where a {@link ProfileJob} gets its bundle: an app copies it out of its assets first, which may fail. */
public interface BundleSource {
    /**
     * Gives the bundle's folder.
     *
     * @throws edgepower.runtime.EdgePowerException there is none, or it cannot be put there
     */
    File bundle();
}
