package edgepower.runtime.bundle.checks;

import edgepower.runtime.bundle.Budget;
import edgepower.runtime.bundle.CascadeEntry;
import edgepower.runtime.bundle.Configuration;
import edgepower.runtime.bundle.Manifest;
import edgepower.runtime.bundle.TierEntry;
import edgepower.runtime.json.JsonNode;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** Whether the cascades of a manifest fit the rest of it (BUNDLE.md, section 12). */
final class CascadeChecks {
    private final Manifest manifest;

    private CascadeChecks(Manifest manifest) {
        this.manifest = manifest;
    }

    static void check(Manifest manifest, JsonNode node) {
        JsonNode cascades = node.optional("cascades");
        if (cascades == null) {
            return;
        }
        if (!manifest.cascades.isEmpty() && !manifest.task.equals("classification")) {
            throw cascades.wrong("absent, since the task is " + manifest.task + ": " + noConfidence(manifest.task));
        }
        Unique names = new Unique(cascades, "names, also of budgets");
        for (Budget budget : manifest.budgets) {
            names.add(budget.name);
        }
        for (JsonNode place : cascades.items()) {
            names.add(place.get("name").string());
        }
        CascadeChecks checks = new CascadeChecks(manifest);
        Iterator<CascadeEntry> known = manifest.cascades.iterator();
        for (JsonNode place : cascades.items()) {
            if (CascadeEntry.isKnown(place)) {
                checks.check(known.next(), place.get("tiers"));
            }
        }
    }

    /** Why an answer of a task has no confidence that a cascade could choose a tier by. */
    private static String noConfidence(String task) {
        return task.equals("regression")
            ? "a value has no probability"
            : "several labels a text are as many answers, each with its own probability";
    }

    private void check(CascadeEntry cascade, JsonNode node) {
        if (cascade.tiers.size() < 2) {
            throw node.wrong("a list of two tiers or more");
        }
        Unique names = new Unique(node, "tiers");
        for (TierEntry tier : cascade.tiers) {
            names.add(tier.name());
        }
        List<JsonNode> places = node.items();
        for (int at = 0; at < places.size(); at++) {
            TierEntry tier = cascade.tiers.get(at);
            checkThreshold(tier, at == places.size() - 1, places.get(at).get("threshold"));
            checkParts(tier, places.get(at));
        }
    }

    private void checkThreshold(TierEntry tier, boolean isLast, JsonNode node) {
        if (isLast) {
            if (!Double.isNaN(tier.threshold)) {
                throw node.wrong("null, since the last tier's answer always stands");
            }
        } else if (!(tier.threshold > 1.0 / manifest.labels.size() && tier.threshold <= 1)) {
            throw node.wrong("a number above 1/" + manifest.labels.size()
                + " (what a tier that knows nothing has) and at most 1");
        }
    }

    private void checkParts(TierEntry tier, JsonNode node) {
        if (tier.runsBudget()) {
            Budget budget = manifest.budget(tier.budget);
            if (budget == null) {
                List<String> names = new ArrayList<String>();
                for (Budget item : manifest.budgets) {
                    names.add(item.name);
                }
                throw node.get("budget").wrong("one of the budgets " + Quoted.list(names));
            }
            int encoders = encoders(budget);
            if (tier.last > encoders) {
                throw node.get("last").wrong("at most " + encoders + ", the number of encoders");
            }
        } else if (tier.kind.equals("bag")) {
            if (!ManifestChecks.lists(manifest.files, tier.path)) {
                throw node.get("file").wrong("one of the bundle's own files");
            }
        } else if (!ManifestChecks.lists(manifest.files, tier.path + "/" + Manifest.FILE)) {
            throw node.get("path").wrong("a directory whose " + Manifest.FILE + " is one of the bundle's own files");
        }
    }

    private static int encoders(Budget budget) {
        int most = 0;
        for (Configuration configuration : budget.configurations) {
            most = Math.max(most, configuration.retention.encoders());
        }
        return most;
    }
}
