package edgepower.demo.state;

import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.text.SimpleDateFormat;
import java.util.Date;
import java.util.Locale;
import java.util.TimeZone;
import java.util.regex.Pattern;

/** The last report, as a file that another app can be given. */
public final class ReportStore {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9-]{1,64}\\.json");

    private final File folder;

    /**
     * Prepares a store.
     *
     * @param files a folder of the app's own; reports get a folder of their own in it
     */
    public ReportStore(File files) {
        this.folder = new File(files, "reports");
    }

    /**
     * Keeps a report in place of those before it.
     *
     * @return the name of its file
     * @throws IOException there is no room for it; those before it are still there
     */
    String save(String json, Date when) throws IOException {
        SimpleDateFormat time = new SimpleDateFormat("yyyyMMdd-HHmmss", Locale.ROOT);
        time.setTimeZone(TimeZone.getTimeZone("UTC"));
        File target = new File(folder, "profile-" + time.format(when) + ".json");
        File beside = new File(folder, target.getName() + ".new");
        folder.mkdirs();
        try {
            try (FileOutputStream to = new FileOutputStream(beside)) {
                to.write(json.getBytes(StandardCharsets.UTF_8));
            }
            if (!beside.renameTo(target)) {
                throw new IOException("the file " + target.getName() + " cannot be put into its place");
            }
        } finally {
            beside.delete();
        }
        removeAllBut(target);
        return target.getName();
    }

    /** The file of a report; null where there is none of this name, whatever the name is. */
    public File find(String name) {
        if (name == null || !NAME.matcher(name).matches()) {
            return null;
        }
        File file = new File(folder, name);
        return file.isFile() ? file : null;
    }

    private void removeAllBut(File target) {
        File[] found = folder.listFiles();
        if (found != null) {
            for (File file : found) {
                // The folder is this class's alone, so whatever else is in it is an earlier report.
                if (!file.equals(target)) {
                    file.delete();
                }
            }
        }
    }
}
