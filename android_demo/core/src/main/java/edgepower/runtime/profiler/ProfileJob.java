package edgepower.runtime.profiler;

import edgepower.runtime.EdgePowerException;
import java.io.File;
import java.util.HashMap;
import java.util.Map;

/**
 * A profile that another machine asked for by an intent, and whose outcome it finds in a folder.
 *
 * <p>While it runs, {@code NAME.progress} holds one line, {@code done total what}. At the end there is {@code NAME.json},
 * the report, or {@code NAME.error}, one line, and no progress any more. Each is written beside its place and renamed, so
 * a reader sees all or nothing. One thread runs a job, once.
 */
public final class ProfileJob {
    private final Map<String, String> extras;
    private final File folder;
    private final String name;
    private String error;

    private ProfileJob(Map<String, String> extras, File folder, String name) {
        this.extras = new HashMap<String, String>(extras);
        this.folder = folder;
        this.name = name;
    }

    /**
     * Takes a job on; what an earlier job of this name left is removed.
     *
     * @param extras of the intent, see {@link ProfileRequest#parse}
     * @param folder for the files; it is made if it is missing
     * @throws edgepower.runtime.InputException {@code report} is no name for a file, so that there is nowhere to answer
     * @throws EdgePowerException the folder cannot be made
     */
    public static ProfileJob of(Map<String, String> extras, File folder) {
        ProfileJob job = new ProfileJob(extras, folder, ProfileRequest.name(extras));
        if (!folder.isDirectory() && !folder.mkdirs()) {
            throw new EdgePowerException("cannot make the folder " + folder + " for the report");
        }
        for (String ending : new String[] {"progress", "json", "error"}) {
            job.file(ending).delete();
        }
        return job;
    }

    /**
     * Measures, and leaves the report or the error. It blocks until then.
     *
     * @param source of the bundle
     * @param facts of the device
     * @param progress is told too, and may cancel, which is an error to whoever asked; null where nobody is told
     * @return the report; null where there is none, and {@code NAME.error} says why
     * @throws EdgePowerException the files cannot be written
     */
    public ProfileReport run(BundleSource source, DeviceFacts facts, Progress progress) {
        try {
            ProfileOptions options = ProfileRequest.parse(extras).options;
            ProgressFile written = new ProgressFile(file("progress"), progress);
            written.step("opening the bundle", 0, 1);
            ProfileReport report = Profiler.run(source.bundle(), options, facts, written);
            WholeFile.write(file("json"), report.toJson());
            return report;
        } catch (EdgePowerException error) {
            fail(error.getMessage());
            return null;
        } catch (RuntimeException error) {
            fail("the profiler failed, which is a bug of ours: " + error);
            throw error;
        } catch (OutOfMemoryError error) {
            fail("the app has not enough memory for this profile; ask for fewer budgets, lengths or precisions");
            return null;
        } finally {
            file("progress").delete();
        }
    }

    /** Why there is no report, in one line; null before the end, and where there is a report. */
    public String error() {
        return error;
    }

    private void fail(String message) {
        error = oneLine(message);
        WholeFile.write(file("error"), error + "\n");
    }

    private File file(String ending) {
        return new File(folder, name + "." + ending);
    }

    /** Whatever a message holds, whoever reads it takes one line. */
    private static String oneLine(String message) {
        return message == null ? "no reason was given" : message.replaceAll("\\p{Cntrl}+", " ").trim();
    }
}
