package edgepower.demo.install;

import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** Copies a folder of assets, and tells a source that fails from a disk that does. */
final class AssetCopy {
    private static final int BLOCK = 1 << 16;

    private final AssetSource assets;

    AssetCopy(AssetSource assets) {
        this.assets = assets;
    }

    /** A read that failed. */
    static final class ReadException extends IOException {
        private static final long serialVersionUID = 1L;

        ReadException(String path, IOException cause) {
            super(path + " in the app's assets cannot be read: " + cause.getMessage(), cause);
        }
    }

    /** Copies {@code path}, a file or a folder, to {@code target}, which must not be there. */
    void copy(String path, File target) throws IOException {
        String[] names = list(path);
        if (names.length == 0) {
            copyFile(path, target);
            return;
        }
        if (!target.mkdirs()) {
            throw new IOException("the folder " + target.getName() + " cannot be made");
        }
        for (String name : names) {
            copy(path + "/" + name, new File(target, name));
        }
    }

    /** Reads a small file; null where there is none. */
    byte[] small(String folder, String name, int most) throws IOException {
        boolean found = false;
        for (String candidate : list(folder)) {
            found |= candidate.equals(name);
        }
        if (!found) {
            return null;
        }
        byte[] content = new byte[most];
        int size = 0;
        try (InputStream from = open(folder + "/" + name)) {
            int got = read(from, content, size, name);
            while (got > 0) {
                size += got;
                got = read(from, content, size, name);
            }
        }
        return Arrays.copyOf(content, size);
    }

    private void copyFile(String path, File target) throws IOException {
        byte[] block = new byte[BLOCK];
        try (InputStream from = open(path); FileOutputStream to = new FileOutputStream(target)) {
            int got = read(from, block, 0, path);
            while (got > 0) {
                to.write(block, 0, got);
                got = read(from, block, 0, path);
            }
            // A phone that is switched off now must not find a folder of its full size with holes in it.
            to.getFD().sync();
        }
    }

    private String[] list(String path) throws ReadException {
        try {
            String[] names = assets.list(path);
            return names == null ? new String[0] : names;
        } catch (IOException error) {
            throw new ReadException(path, error);
        }
    }

    private InputStream open(String path) throws ReadException {
        try {
            return assets.open(path);
        } catch (IOException error) {
            throw new ReadException(path, error);
        }
    }

    private static int read(InputStream from, byte[] block, int start, String path) throws ReadException {
        try {
            return start == block.length ? 0 : from.read(block, start, block.length - start);
        } catch (IOException error) {
            throw new ReadException(path, error);
        }
    }
}
