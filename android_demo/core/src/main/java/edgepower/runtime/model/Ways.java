package edgepower.runtime.model;

import edgepower.runtime.bundle.Manifest;
import edgepower.runtime.bundle.Program;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** The way of each number of tokens, found when it is first asked for; many threads may ask at once. */
final class Ways {
    private final Manifest manifest;
    private final List<Program> programs;
    private final AtomicReferenceArray<Way> known;

    /** Chooses among programs of one budget, the shortest first. */
    Ways(Manifest manifest, List<Program> programs) {
        this.manifest = manifest;
        this.programs = programs;
        this.known = new AtomicReferenceArray<Way>(programs.get(programs.size() - 1).length + 1);
    }

    /** Gives the way of a text that the longest program holds. */
    Way of(int numTokens) {
        Way way = known.get(numTokens);
        if (way == null) {
            way = new Way(manifest, shortest(numTokens), numTokens);
            known.set(numTokens, way);
        }
        return way;
    }

    private Program shortest(int numTokens) {
        int place = 0;
        while (programs.get(place).length < numTokens) {
            place++;
        }
        return programs.get(place);
    }
}
