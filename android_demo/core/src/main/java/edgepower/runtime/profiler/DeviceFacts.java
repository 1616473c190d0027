package edgepower.runtime.profiler;

import edgepower.runtime.profiler.machine.Battery;
import java.util.Collections;
import java.util.Map;

/**
 * What only the system's own classes tell of a device, handed in by the app.
 *
 * <p>Everything is untold here, which is right on a plain JVM: the profiler then reads {@code /proc} and {@code /sys}.
 * An Android app overrides what {@code android.os.Build}, {@code BatteryManager} and {@code PowerManager} tell it. It is
 * asked right before the first timed answer and right after the last, on the profiler's thread.
 */
public class DeviceFacts {
    /** Facts of a system that tells nothing. */
    public static final DeviceFacts NONE = new DeviceFacts();

    /** Makes one that tells nothing; a subclass tells more. */
    protected DeviceFacts() {}

    /** The model as its maker names it, such as {@code Google Pixel 8}; null to read it from the system's files. */
    public String device() {
        return null;
    }

    /** The chip, such as {@code Google Tensor G3}; null to read it from the system's files. */
    public String cpu() {
        return null;
    }

    /** The operating system and its version, such as {@code Android 14}; null to read it from the system's files. */
    public String system() {
        return null;
    }

    /** The build's fingerprint; null where this is no Android. */
    public String fingerprint() {
        return null;
    }

    /** The battery now; null to read it from the system's files. */
    public Battery battery() {
        return null;
    }

    /** Degrees Celsius by sensor, of those that have no file under {@code /sys/class/thermal}; none by default. */
    public Map<String, Double> temperatures() {
        return Collections.emptyMap();
    }

    /**
     * How much the system holds the device back for its heat, as {@code PowerManager.getCurrentThermalStatus} says.
     *
     * @return 0 for not at all, 1 light, 2 moderate, 3 severe, 4 critical, 5 emergency, 6 shutdown; -1 where it is untold
     */
    public int thermalStatus() {
        return -1;
    }

    /** Versions of what the app brings, by name, such as {@code app} and {@code android-api}; none by default. */
    public Map<String, String> versions() {
        return Collections.emptyMap();
    }
}
