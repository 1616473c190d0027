package edgepower.runtime.verify;

import edgepower.runtime.bundle.Acceptance;

/** How a program, a bag tier or a cascade on this device compares with its golden examples (BUNDLE.md, section 8). */
public final class ProgramCheck {
    /** The program's name, the bag tier's file, or the cascade's name. */
    public final String program;

    /** How many texts were compared; none is a failure of a program. */
    public final int texts;

    /** The largest difference of a logit. */
    public final double maxAbsError;

    /** The fraction of texts with the same labels, or with logits as near as is accepted. */
    public final double labelAgreement;

    /** The fraction of the kept words that are the same. */
    public final double keptAgreement;

    /** The largest difference of a logit that is accepted; NaN where labels and words alone are asked for. */
    public final double atol;

    /** Whether there were texts, and they reached the artifact's acceptance. */
    public final boolean passed;

    /**
     * Of a cascade the fraction of texts that the same tier answered, or that are near a threshold; NaN of programs and
     * bag tiers.
     */
    public final double tierAgreement;

    ProgramCheck(String program, int texts, double[] found, double atol, boolean passed) {
        this.program = program;
        this.texts = texts;
        this.maxAbsError = found[0];
        this.labelAgreement = found[1];
        this.keptAgreement = found[2];
        this.tierAgreement = found[3];
        this.atol = atol;
        this.passed = passed;
    }

    /** The bound of a logit's difference that an acceptance asks for. */
    static double bound(Acceptance acceptance) {
        return acceptance.repeats() ? acceptance.repeatError : acceptance.maxAbsError;
    }
}
