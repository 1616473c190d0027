package edgepower.runtime.model;

import edgepower.runtime.InputException;
import edgepower.runtime.bundle.Program;
import edgepower.runtime.bundle.checks.Quoted;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** The stages of a budget: at each length those that run one after the other (BUNDLE.md, section 5). */
final class StageRuns {
    private final SortedMap<Integer, List<Program>> byLength = new TreeMap<Integer, List<Program>>();

    /**
     * Finds the stages of a budget, and checks that one ends with an encoder at every length.
     *
     * @param last the encoder, counted from 1
     * @throws InputException there is none
     */
    StageRuns(Model model, String budget, int last) {
        // A manifest's stages stand in the order that they run in, which its reader checked.
        for (Program stage : model.artifact().stages) {
            if (stage.budget.equals(budget)) {
                List<Program> run = byLength.get(stage.length);
                if (run == null) {
                    run = new ArrayList<Program>();
                    byLength.put(stage.length, run);
                }
                run.add(stage);
            }
        }
        TreeSet<Integer> lengths = new TreeSet<Integer>();
        for (Program program : BudgetAnswerer.programsOf(model, budget)) {
            lengths.add(program.length);
        }
        TreeSet<Integer> ends = commonEnds();
        if (!lengths.equals(byLength.keySet()) || !ends.contains(last)) {
            List<String> have = new ArrayList<String>();
            for (int end : ends) {
                have.add(Integer.toString(end));
            }
            throw new InputException(model.artifact().key() + " of the bundle " + model.bundle().path
                + " has no stage of " + Quoted.of(budget) + " that ends with encoder " + last
                + " at every length; its stages end with: " + (have.isEmpty() ? "none" : Quoted.list(have)));
        }
    }

    /** The stages at the smallest length that holds so many tokens. */
    List<Program> of(int numTokens) {
        return byLength.get(byLength.tailMap(numTokens).firstKey());
    }

    int maxLength() {
        return byLength.lastKey();
    }

    Iterable<List<Program>> all() {
        return byLength.values();
    }

    private TreeSet<Integer> commonEnds() {
        TreeSet<Integer> common = null;
        for (List<Program> run : byLength.values()) {
            TreeSet<Integer> ends = new TreeSet<Integer>();
            for (Program stage : run) {
                ends.add(stage.last);
            }
            if (common == null) {
                common = ends;
            }
            common.retainAll(ends);
        }
        return common == null ? new TreeSet<Integer>() : common;
    }
}
