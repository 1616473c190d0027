package edgepower.runtime;

/** A part of every answer that is timed by itself. */
public final class Span {
    /** A word that no other span of the answerer has. */
    public final String name;

    /** Whether it is a program's run, with the binding of its inputs. */
    public final boolean inEngine;

    /** Names a part of an answer. */
    public Span(String name, boolean inEngine) {
        this.name = name;
        this.inEngine = inEngine;
    }

    @Override
    public String toString() {
        return name;
    }
}
