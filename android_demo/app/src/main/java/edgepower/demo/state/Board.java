package edgepower.demo.state;

import java.util.ArrayList;
import java.util.List;

/**
 * The state of the app's only screen, which outlives the screens that draw it: a phone that is turned destroys one and
 * makes another. On the main thread alone.
 */
public final class Board {
    private final List<Screen> screens = new ArrayList<Screen>();
    private ScreenState state = ScreenState.EMPTY;

    /** The state now. */
    public ScreenState state() {
        return state;
    }

    /** Shows the state to a screen from now on, and at once. */
    public void attach(Screen screen) {
        screens.add(screen);
        screen.show(state);
    }

    /** Shows it to that screen no more. */
    public void detach(Screen screen) {
        screens.remove(screen);
    }

    void set(ScreenState next) {
        state = next;
        for (Screen screen : new ArrayList<Screen>(screens)) {
            screen.show(next);
        }
    }
}
