package edgepower.demo.state;

import edgepower.demo.install.BundleInstaller;
import edgepower.demo.install.InstallException;
import edgepower.demo.model.Model;
import edgepower.demo.text.FaultText;
import edgepower.demo.text.Phrase;
import edgepower.demo.text.Phrases;
import edgepower.runtime.BundleException;
import edgepower.runtime.EdgePowerException;
import java.io.File;

/** The model that is open now; on the worker's thread alone. */
final class Shelf {
    private final BundleInstaller installer;
    private final Phrases phrases;
    private Model model;
    private String trouble = "";

    Shelf(BundleInstaller installer, Phrases phrases) {
        this.installer = installer;
        this.phrases = phrases;
    }

    /** Opens the bundle, where none is open yet, and says what the user has to know; empty where all went well. */
    String open() {
        if (model != null) {
            return trouble;
        }
        try {
            model = openCopy(installer.install());
            trouble = "";
        } catch (InstallException error) {
            trouble = FaultText.of(error, phrases);
            openKept(error.kept);
        } catch (EdgePowerException error) {
            trouble = error.getMessage();
        } catch (OutOfMemoryError error) {
            trouble = phrases.say(Phrase.NO_MEMORY);
        }
        return trouble;
    }

    private Model openCopy(File copy) {
        try {
            return Model.open(copy, null, null);
        } catch (BundleException damaged) {
            // It was whole when it was copied, so the phone's memory damaged it, and the app still holds it.
            return Model.open(installer.repair(), null, null);
        }
    }

    private void openKept(File kept) {
        if (kept == null) {
            return;
        }
        try {
            model = Model.open(kept, null, null);
        } catch (EdgePowerException error) {
            trouble = error.getMessage();
        }
    }

    /** The model; null where none could be opened. */
    Model model() {
        return model;
    }

    /**
     * Opens the model at another precision, by the same budget where it has that too.
     *
     * @throws EdgePowerException it cannot be opened; the one before goes on
     */
    void switchTo(String precision) {
        Model next = Model.open(model.folder(), precision, null);
        String budget = model.setup().budget;
        if (next.setup().budgets.contains(budget)) {
            next.choose(budget);
        }
        model.close();
        model = next;
    }

    /**
     * The folder of the bundle.
     *
     * @throws BundleException there is none
     */
    File folder() {
        if (model == null) {
            throw new BundleException(trouble.isEmpty() ? "the app has no bundle open" : trouble);
        }
        return model.folder();
    }
}
