package edgepower.demo.install;

import java.io.IOException;
import java.io.InputStream;

/** The files that ship inside of an app, by paths with {@code /}; what Android's {@code AssetManager} gives. */
public interface AssetSource {
    /**
     * Names what is in a folder.
     *
     * @param folder such as {@code bundle/onnx}
     * @return names without folders; empty for a file, and where there is nothing
     * @throws IOException the assets cannot be read
     */
    String[] list(String folder) throws IOException;

    /**
     * Opens a file.
     *
     * @param path such as {@code bundle/bundle.json}
     * @throws IOException there is no such file, or it cannot be read
     */
    InputStream open(String path) throws IOException;
}
