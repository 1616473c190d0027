package edgepower.demo.install;

import java.io.File;
import java.io.FileInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A folder as an app's assets, of which a file may fail after some bytes, as one of a truncated package does. */
public final class FolderAssets implements AssetSource {
    private final File root;
    private String failing;
    private Throwable death;
    private int opened;

    /** Shows what is in {@code root}; a bundle lies in its folder {@code bundle}. */
    public FolderAssets(File root) {
        this.root = root;
    }

    /** Lets reading this path fail, after its first block. */
    public void failAt(String path) {
        failing = path;
    }

    /** Ends the process, as it were, when this path is opened. */
    void dieAt(String path) {
        failing = path;
        death = new IllegalStateException("the phone was switched off");
    }

    /** Lets memory run out when this path is opened. */
    public void exhaustAt(String path) {
        failing = path;
        death = new OutOfMemoryError("Failed to allocate a 65552 byte allocation");
    }

    /** Fails no more. */
    public void recover() {
        failing = null;
        death = null;
    }

    /** Files that were opened until now. */
    int opened() {
        return opened;
    }

    @Override
    public String[] list(String folder) {
        String[] names = new File(root, folder).list();
        return names == null ? new String[0] : names;
    }

    @Override
    public InputStream open(String path) throws IOException {
        opened++;
        InputStream content = new FileInputStream(new File(root, path));
        if (!path.equals(failing)) {
            return content;
        }
        if (death instanceof Error) {
            throw (Error) death;
        }
        if (death != null) {
            throw (RuntimeException) death;
        }
        return new FilterInputStream(content) {
            private boolean first = true;

            @Override
            public int read(byte[] block, int start, int length) throws IOException {
                if (!first) {
                    throw new IOException("unexpected end of ZLIB input stream");
                }
                first = false;
                return super.read(block, start, Math.min(length, 10));
            }
        };
    }
}
