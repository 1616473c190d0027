package edgepower.runtime.model;

import edgepower.runtime.bundle.Manifest;
import edgepower.runtime.bundle.Program;
import edgepower.runtime.retention.RetentionConfig;

/** How texts of some number of tokens run. */
final class Way {
    /** The shortest that holds them. */
    final Program program;

    /** That they run at: the program's, or their own where it takes any length. */
    final int length;

    /** What is kept at this length. */
    final RetentionConfig retention;

    Way(Manifest manifest, Program program, int numTokens) {
        this.program = program;
        this.length = program.anyLength ? numTokens : program.length;
        this.retention = manifest.retentionAt(program, length);
    }
}
