package edgepower.demo;

import android.content.res.AssetManager;
import edgepower.demo.install.AssetSource;
import java.io.IOException;
import java.io.InputStream;

/** The files in the app's package. */
final class AndroidAssets implements AssetSource {
    private final AssetManager assets;

    AndroidAssets(AssetManager assets) {
        this.assets = assets;
    }

    @Override
    public String[] list(String folder) throws IOException {
        return assets.list(folder);
    }

    @Override
    public InputStream open(String path) throws IOException {
        return assets.open(path, AssetManager.ACCESS_STREAMING);
    }
}
