package edgepower.demo.model;

import java.util.List;

/** What a model is, and what it can be switched to; immutable. */
public final class Setup {
    /** Of the model, as its bundle has it. */
    public final String name;

    /** Its family, such as bert. */
    public final String architecture;

    /** Whether it takes a second text. */
    public final boolean takesPairs;

    /** Cascades and budgets that it can answer by. */
    public final List<String> budgets;

    /** The one of them that answers. */
    public final String budget;

    /** Precisions that it can run at. */
    public final List<String> precisions;

    /** The one of them that runs. */
    public final String precision;

    /** Puts one together; the lists are taken over. */
    public Setup(String name, String architecture, boolean takesPairs, List<String> budgets, String budget,
            List<String> precisions, String precision) {
        this.name = name;
        this.architecture = architecture;
        this.takesPairs = takesPairs;
        this.budgets = budgets;
        this.budget = budget;
        this.precisions = precisions;
        this.precision = precision;
    }
}
