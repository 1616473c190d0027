package edgepower.runtime.model;

import edgepower.runtime.Answerer;
import edgepower.runtime.BundleException;
import edgepower.runtime.InputException;
import edgepower.runtime.bundle.Bundle;
import edgepower.runtime.bundle.CascadeEntry;
import edgepower.runtime.bundle.Manifest;
import edgepower.runtime.bundle.TierEntry;
import edgepower.runtime.bundle.checks.Quoted;
import edgepower.runtime.cascade.BagTier;
import edgepower.runtime.cascade.Cascade;
import edgepower.runtime.cascade.Tier;
import edgepower.runtime.task.Task;
import java.util.ArrayList;
import java.util.List;

/** Opens the tiers that a manifest names (BUNDLE.md, section 12). */
final class CascadeOpener {
    private final Model model;

    CascadeOpener(Model model) {
        this.model = model;
    }

    /**
     * Opens the tiers of a cascade.
     *
     * @throws BundleException a file is missing, altered or malformed, or a bundle inside has other labels or another
     *     task
     */
    Cascade open(CascadeEntry entry) {
        try {
            List<Tier> tiers = new ArrayList<Tier>();
            for (TierEntry tier : entry.tiers) {
                tiers.add(new Tier(tier.name(), answerer(tier), tier.temperature, tier.threshold));
            }
            return Cascade.of(tiers);
        } catch (InputException error) { // nobody gave it but the bundle
            throw new BundleException("the cascade " + Quoted.of(entry.name) + " of " + model.bundle().path + ": "
                + error.getMessage(), error);
        }
    }

    private Answerer answerer(TierEntry tier) {
        Manifest manifest = model.bundle().manifest;
        Task task = Task.of(manifest, Double.NaN, false);
        switch (tier.kind) {
            case "bag":
                return BagTier.read(model.bundle().read(tier.path, BagTier.FILE_BYTES), tier.path, model.encoder(),
                    manifest.labels, manifest.maxLength);
            case "budget":
                return model.budget(tier.budget, task);
            case "stage":
                return new StageAnswerer(model, tier.budget, tier.last, task);
            default:
                return inside(tier);
        }
    }

    /** By a budget: whatever cascades a bundle inside has are left alone, so that nothing is nested deeper. */
    private Answerer inside(TierEntry tier) {
        Bundle bundle = model.bundle().inside(tier.path);
        Model other = model.beside(bundle);
        String budget = bundle.choosePlainBudget(other.artifact(), tier.budget);
        return other.budget(budget, Task.of(bundle.manifest, Double.NaN, false));
    }
}
