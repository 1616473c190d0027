package edgepower.demo.state;

/** Whoever draws the state; is told on the main thread. */
public interface Screen {
    /** Shows a state in place of the one before. */
    void show(ScreenState state);
}
