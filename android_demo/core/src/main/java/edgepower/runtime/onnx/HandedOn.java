package edgepower.runtime.onnx;

/** What a stage hands on to the next one: word-vectors and which of them are words (BUNDLE.md, section 5). */
public final class HandedOn {
    final float[] words;
    final float[] mask;

    HandedOn(float[] words, float[] mask) {
        this.words = words;
        this.mask = mask;
    }
}
