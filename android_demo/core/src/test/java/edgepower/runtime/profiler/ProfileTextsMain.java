package edgepower.runtime.profiler;

import edgepower.runtime.Text;
import java.io.File;
import java.util.ArrayList;
import java.util.List;

/**
 * Profiles a bundle with texts of one's own, as an app may with the library, and writes the report.
 *
 * <p>Arguments: the bundle's folder, a file with a text a line, and the report's file.
 */
public final class ProfileTextsMain {
    private ProfileTextsMain() {}

    /** Measures a little of everything. */
    public static void main(String[] arguments) throws Exception {
        List<Text> texts = new ArrayList<Text>();
        for (String line : TinyBundle.read(new File(arguments[1])).split("\n")) {
            texts.add(Text.of(line));
        }
        ProfileOptions options =
                ProfileOptions.builder().iterations(3).warmup(1).texts("texts.txt", texts).build();
        ProfileReport report =
                Profiler.run(new File(arguments[0]), options, DeviceFacts.NONE, new Progress() {
                    @Override
                    public boolean step(String what, int done, int total) {
                        return true;
                    }
                });
        WholeFile.write(new File(arguments[2]), report.toJson());
    }
}
