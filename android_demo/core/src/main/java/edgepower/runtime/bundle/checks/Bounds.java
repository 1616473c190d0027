package edgepower.runtime.bundle.checks;

/** How much a bundle may hold, so that reading one takes seconds whatever it says (BUNDLE.md, section 10). */
public final class Bounds {
    /** Bytes of bundle.json. */
    public static final int MANIFEST_BYTES = 4 << 20;

    /** Bytes of golden.json. */
    public static final int GOLDEN_BYTES = 16 << 20;

    /** Bytes of tokenizer.json: a reader holds all of it in memory, and the largest known have 17 MB. */
    public static final int TOKENIZER_BYTES = 64 << 20;

    /** Characters of a path. */
    public static final int PATH_CHARACTERS = 1000;

    /** Files of an artifact, or of the bundle outside artifacts. */
    public static final int FILES = 10000;

    /** Labels. */
    public static final int LABELS = 100000;

    /** Budgets. */
    public static final int BUDGETS = 1000;

    /** Configurations of a budget. */
    public static final int LENGTHS = 1000;

    /** Tokens of a configuration. */
    public static final int LENGTH = 65536;

    /** Encoders of a model. */
    public static final int ENCODERS = 1000;

    /** Programs of an artifact, and its stages. */
    public static final int PROGRAMS = 10000;

    /** Cascades. */
    public static final int CASCADES = 100;

    /** Tiers of a cascade. */
    public static final int TIERS = 8;

    /** Examples of golden.json. */
    public static final int GOLDEN_EXAMPLES = 1000;

    /** Characters of their texts together. */
    public static final int GOLDEN_CHARACTERS = 1000000;

    private Bounds() {
    }
}
