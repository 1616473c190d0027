package edgepower.demo.install;

import java.io.File;

/** Says whether a bundle can be used, before it takes the place of another one. */
public interface BundleCheck {
    /**
     * Looks at a whole bundle.
     *
     * @param bundle its folder
     * @throws edgepower.runtime.EdgePowerException it cannot be used, and why
     */
    void check(File bundle);
}
