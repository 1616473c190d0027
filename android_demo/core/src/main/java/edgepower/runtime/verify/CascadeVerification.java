package edgepower.runtime.verify;

import edgepower.runtime.Prediction;
import edgepower.runtime.TierRun;
import edgepower.runtime.bundle.Acceptance;
import edgepower.runtime.bundle.CascadeEntry;
import edgepower.runtime.bundle.TierEntry;
import edgepower.runtime.cascade.BagTier;
import edgepower.runtime.cascade.Cascade;
import edgepower.runtime.cascade.Tier;
import edgepower.runtime.model.Model;
import edgepower.runtime.task.Classification;
import edgepower.runtime.task.Task;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Checks each bag tier, then each cascade, of which there are golden answers (BUNDLE.md, section 12). */
final class CascadeVerification {
    // A confidence as near to its threshold may be on the other side of it on another machine.
    private static final double NEAR = 0.01;
    // A bag tier's logits are the same bit for bit; this is for golden files that hold fewer digits.
    private static final double BAG_ERROR = 1e-6;

    private final Model model;
    private final List<GoldenExample> examples;
    private final Task task = new Classification();

    CascadeVerification(Model model, List<GoldenExample> examples) {
        this.model = model;
        this.examples = examples;
    }

    List<ProgramCheck> checks() {
        Map<String, Cascade> opened = new LinkedHashMap<String, Cascade>();
        Map<String, BagTier> bags = new LinkedHashMap<String, BagTier>();
        for (String name : model.bundle().cascadesOf(model.artifact())) {
            Cascade cascade = (Cascade) model.at(name, task);
            opened.put(name, cascade);
            CascadeEntry entry = model.bundle().manifest.cascade(name);
            for (int place = 0; place < entry.tiers.size(); place++) {
                TierEntry tier = entry.tiers.get(place);
                if (tier.kind.equals("bag")) {
                    bags.put(tier.path, (BagTier) cascade.tiers().get(place).answerer);
                }
            }
        }
        List<ProgramCheck> checks = new ArrayList<ProgramCheck>();
        for (Map.Entry<String, BagTier> bag : bags.entrySet()) {
            add(checks, checkBag(bag.getKey(), bag.getValue()));
        }
        for (Map.Entry<String, Cascade> cascade : opened.entrySet()) {
            add(checks, checkCascade(cascade.getKey(), cascade.getValue()));
        }
        return checks;
    }

    /** Null where there are no answers to compare with. */
    private ProgramCheck checkBag(String file, BagTier bag) {
        int texts = 0;
        int same = 0;
        double error = 0;
        for (GoldenExample example : examples) {
            double[] golden = example.bag(file);
            if (golden != null) {
                double[] logits = bag.answer(example.text).logits;
                error = Math.max(error, Difference.error(file + ", which gives ", logits, golden));
                same += task.agree(logits, golden) ? 1 : 0;
                texts++;
            }
        }
        double labels = (double) same / Math.max(1, texts);
        boolean passed = error <= BAG_ERROR && labels == 1;
        return texts == 0 ? null
            : new ProgramCheck(file, texts, new double[] {error, labels, 1, Double.NaN}, BAG_ERROR, passed);
    }

    /** Null where there are no answers to compare with. */
    private ProgramCheck checkCascade(String name, Cascade cascade) {
        Acceptance acceptance = model.artifact().acceptance;
        // With rounded weights other words may be kept here, and other logits follow: labels decide then.
        double bound = acceptance.repeats() ? Double.NaN : acceptance.maxAbsError;
        int texts = 0;
        int agreed = 0;
        int compared = 0;
        int same = 0;
        double error = 0;
        for (GoldenExample example : examples) {
            GoldenCascade golden = example.cascade(model.artifact(), name);
            if (golden == null) {
                continue;
            }
            texts++;
            Prediction found = cascade.answer(example.text);
            boolean isSameTier = found.tier().equals(golden.tier);
            agreed += isSameTier || isNear(cascade, found) ? 1 : 0;
            if (isSameTier) {
                compared++;
                double worst = Difference.error(name + ", which gives ", found.logits, golden.logits());
                error = Math.max(error, worst);
                same += task.agree(found.logits, golden.logits()) || worst <= bound ? 1 : 0;
            }
        }
        double labels = compared == 0 ? 1 : (double) same / compared;
        double tiers = (double) agreed / Math.max(1, texts);
        boolean passed = tiers == 1 && acceptance.accepts(error, bound, labels, 1);
        return texts == 0 ? null : new ProgramCheck(name, texts, new double[] {error, labels, 1, tiers}, bound, passed);
    }

    /** Whether a tier was asked whose confidence is near its threshold. */
    private static boolean isNear(Cascade cascade, Prediction found) {
        for (TierRun run : found.tiers) {
            for (Tier tier : cascade.tiers()) {
                if (tier.name.equals(run.name) && Math.abs(run.confidence - tier.threshold) <= NEAR) {
                    return true;
                }
            }
        }
        return false;
    }

    private static void add(List<ProgramCheck> checks, ProgramCheck check) {
        if (check != null) {
            checks.add(check);
        }
    }
}
