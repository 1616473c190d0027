package edgepower.runtime.onnx;

/** What one run of a program gave (BUNDLE.md, section 5). */
public final class Outputs {
    /** One for each label, or the one value; the caller's own. */
    public final double[] logits;

    /** The rows that each encoder keeps; null where the program drops nothing. */
    public final int[] kept;

    /** What the next stage goes on from; null of a program that hands nothing on. */
    public final HandedOn handedOn;

    Outputs(double[] logits, int[] kept, HandedOn handedOn) {
        this.logits = logits;
        this.kept = kept;
        this.handedOn = handedOn;
    }
}
