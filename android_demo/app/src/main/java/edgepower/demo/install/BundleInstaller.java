package edgepower.demo.install;

import edgepower.demo.install.InstallException.Fault;
import edgepower.runtime.EdgePowerException;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Copies the bundle from the app's assets to a folder, since an engine opens graphs and weights by path.
 *
 * <p>A bundle lies in a folder that is named by its seal: {@code bundles/DIGEST}. It is copied to {@code
 * bundles/DIGEST.new}, checked there, and renamed. So a folder with a digest for a name is whole, and the bundle of an
 * earlier version of the app stays until the new one is in its place. One thread at a time.
 */
public final class BundleInstaller {
    private static final String ASSETS = "bundle";
    private static final String SEAL = "bundle.json.sha256";
    // BUNDLE.md, section 1: what the seal holds, and nothing else.
    private static final Pattern SEAL_TEXT = Pattern.compile("([0-9a-f]{64})  bundle\\.json\n");
    private static final int SEAL_BYTES = 200;
    private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");
    private static final long MEGABYTE = 1_000_000;

    private final AssetCopy assets;
    private final File home;
    private final BundleCheck check;

    /**
     * Prepares an installation; nothing is touched yet.
     *
     * @param assets the app's, with the bundle in the folder {@code bundle}
     * @param files a folder of the app's own, such as {@code filesDir}; bundles get a folder of their own in it
     * @param check looks at a copied bundle before it counts
     */
    public BundleInstaller(AssetSource assets, File files, BundleCheck check) {
        this.assets = new AssetCopy(assets);
        this.home = new File(files, "bundles");
        this.check = check;
    }

    /**
     * Gives the folder of the bundle that the assets hold, and copies it first where that is not done yet.
     *
     * @throws InstallException it cannot be put there; what was there before still is
     */
    public File install() {
        String digest = digest();
        File place = new File(home, digest);
        if (!place.isDirectory()) {
            copyTo(place);
        }
        removeAllBut(place);
        return place;
    }

    /**
     * Does the same, but copies the bundle anew: for a copy that was damaged after it had been checked.
     *
     * @throws InstallException it cannot be put there
     */
    public File repair() {
        retire(new File(home, digest()));
        return install();
    }

    private String digest() {
        byte[] seal;
        try {
            seal = assets.small(ASSETS, SEAL, SEAL_BYTES);
        } catch (IOException error) {
            throw failed(Fault.UNREADABLE, error.getMessage(), error);
        }
        if (seal == null) {
            throw failed(Fault.NO_BUNDLE, "the app's assets hold no " + ASSETS + "/" + SEAL, null);
        }
        Matcher text = SEAL_TEXT.matcher(new String(seal, StandardCharsets.US_ASCII));
        if (!text.matches()) {
            throw failed(Fault.REFUSED, SEAL + " in the app's assets is not 64 hexadecimal digits, two blanks,"
                    + " bundle.json and a line feed; it was altered", null);
        }
        return text.group(1);
    }

    private void copyTo(File place) {
        File beside = new File(home, place.getName() + ".new");
        remove(beside);
        try {
            assets.copy(ASSETS, beside);
            check.check(beside);
            if (!beside.renameTo(place)) {
                throw new IOException("the folder " + beside.getName() + " cannot be renamed");
            }
        } catch (AssetCopy.ReadException error) {
            throw failed(Fault.UNREADABLE, error.getMessage(), error);
        } catch (IOException error) {
            String room = home.getUsableSpace() / MEGABYTE + " MB are free";
            throw failed(Fault.NO_ROOM, error.getMessage() + "; " + room, error);
        } catch (EdgePowerException error) {
            throw failed(Fault.REFUSED, error.getMessage(), error);
        } finally {
            remove(beside);
        }
    }

    private InstallException failed(Fault fault, String detail, Throwable cause) {
        return new InstallException(fault, detail, kept(), cause);
    }

    /** The whole bundle of an earlier start; null where there is none. */
    private File kept() {
        File[] found = home.listFiles();
        if (found == null) {
            return null;
        }
        for (File folder : found) {
            if (DIGEST.matcher(folder.getName()).matches() && folder.isDirectory()) {
                return folder;
            }
        }
        return null;
    }

    private void removeAllBut(File place) {
        File[] found = home.listFiles();
        if (found != null) {
            for (File folder : found) {
                if (!folder.equals(place)) {
                    retire(folder);
                }
            }
        }
    }

    /** Takes a bundle's folder its name first, so that one half removed is never taken for a whole one. */
    private void retire(File folder) {
        File old = new File(home, folder.getName() + ".old");
        remove(old);
        remove(folder.renameTo(old) ? old : folder);
    }

    /** Removes a folder in {@code bundles}, which is the app's alone: whatever is in it was copied by this class. */
    private static void remove(File file) {
        File[] inside = file.listFiles();
        if (inside != null) {
            for (File one : inside) {
                remove(one);
            }
        }
        file.delete();
    }
}
