package edgepower.runtime.text.normal;

import java.util.List;

/** Normalisers one after the other. */
final class Chain implements Normalizer {
    private final Normalizer[] steps;

    Chain(List<Normalizer> steps) {
        this.steps = steps.toArray(new Normalizer[0]);
    }

    @Override
    public Chars normalize(Chars text) {
        Chars normalized = text;
        for (Normalizer step : steps) {
            normalized = step.normalize(normalized);
        }
        return normalized;
    }
}
