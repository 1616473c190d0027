package edgepower.runtime.profiler;

import java.io.File;

/** Writes how far a profile is to a file, and passes it on. */
final class ProgressFile implements Progress {
    private final File file;
    private final Progress next;

    /**
     * Begins with no file.
     *
     * @param next is told after the file; null for nobody
     */
    ProgressFile(File file, Progress next) {
        this.file = file;
        this.next = next;
    }

    @Override
    public boolean step(String what, int done, int total) {
        WholeFile.write(file, done + " " + total + " " + what + "\n");
        return next == null || next.step(what, done, total);
    }
}
