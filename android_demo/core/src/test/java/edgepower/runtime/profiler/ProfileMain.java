package edgepower.runtime.profiler;

import java.io.File;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Does on a desktop JVM what the app's ProfileActivity does on a phone, with the same class.
 *
 * <p>Arguments: the bundle's folder, the folder for the report's files, and the extras as {@code name=value}.
 */
public final class ProfileMain {
    private ProfileMain() {}

    /** Ends with 0 where there is a report, and with 1 where there is an error. */
    public static void main(final String[] arguments) {
        Map<String, String> extras = new LinkedHashMap<String, String>();
        for (int place = 2; place < arguments.length; place++) {
            String[] words = arguments[place].split("=", 2);
            extras.put(words[0], words[1]);
        }
        ProfileReport report = ProfileJob.of(extras, new File(arguments[1])).run(new BundleSource() {
            @Override
            public File bundle() {
                return new File(arguments[0]);
            }
        }, DeviceFacts.NONE, null);
        System.exit(report == null ? 1 : 0);
    }
}
