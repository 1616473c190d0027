package edgepower.demo.state;

import edgepower.demo.install.BundleInstaller;
import edgepower.demo.model.Answer;
import edgepower.demo.model.Setup;
import edgepower.demo.text.Phrase;
import edgepower.demo.text.Phrases;
import edgepower.runtime.EdgePowerException;
import edgepower.runtime.Text;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What happens when a user does something: all work is done on one worker, and its outcome is shown on the main thread.
 *
 * <p>Methods are called on the main thread. One is made per process.
 */
public final class Presenter {
    private final Board board;
    private final Shelf shelf;
    private final Executor worker;
    private final Executor main;
    private final Phrases phrases;
    private final AtomicInteger latest = new AtomicInteger();
    private Text text;
    // What the user chose last, which the model may not have been switched to yet.
    private String budget;
    private String precision;

    private Presenter(Board board, Shelf shelf, Executor worker, Executor main, Phrases phrases) {
        this.board = board;
        this.shelf = shelf;
        this.worker = worker;
        this.main = main;
        this.phrases = phrases;
    }

    /**
     * Makes one.
     *
     * @param installer of the bundle
     * @param worker runs one task after the other, on one thread
     * @param main runs tasks on the thread that draws
     * @param phrases for messages
     */
    public static Presenter of(BundleInstaller installer, Executor worker, Executor main, Phrases phrases) {
        return new Presenter(new Board(), new Shelf(installer, phrases), worker, main, phrases);
    }

    /** What is shown. */
    public Board board() {
        return board;
    }

    /** Makes what runs profiles on the same worker, so that nothing else is computed meanwhile. */
    public Profiling profiling(ReportStore reports) {
        return new Profiling(board, shelf, worker, main, reports, phrases);
    }

    /** Copies the bundle where that is still to be done, and opens it; does nothing where it is open. */
    public void start() {
        ScreenState state = board.state();
        if (state.opening || state.setup != null) {
            return;
        }
        board.set(state.opening());
        worker.execute(new Runnable() {
            @Override
            public void run() {
                final String said = shelf.open();
                final Setup setup = shelf.model() == null ? null : shelf.model().setup();
                main.execute(new Runnable() {
                    @Override
                    public void run() {
                        follow(setup);
                        board.set(board.state().opened(setup, said));
                    }
                });
            }
        });
    }

    /**
     * Classifies what was typed.
     *
     * @param first the text
     * @param second the second text of a pair; blank for one text alone
     */
    public void ask(String first, String second) {
        if (isBlank(first)) {
            tell(phrases.say(Phrase.TEXT_IS_EMPTY));
            return;
        }
        final Text asked = isBlank(second) ? Text.of(first) : Text.pair(first, second);
        work(asked, new Change() {
            @Override
            public void make() {}
        });
    }

    /** Answers by another budget or cascade, also the text that was asked last. */
    public void chooseBudget(final String chosen) {
        if (chosen.equals(budget)) {
            return;
        }
        budget = chosen;
        work(text, new Change() {
            @Override
            public void make() {
                shelf.model().choose(chosen);
            }
        });
    }

    /** Runs at another precision, also the text that was asked last. */
    public void choosePrecision(final String chosen) {
        if (chosen.equals(precision)) {
            return;
        }
        precision = chosen;
        work(text, new Change() {
            @Override
            public void make() {
                shelf.switchTo(chosen);
            }
        });
    }

    /** Tells the user something. */
    public void tell(String said) {
        board.set(board.state().told(said));
    }

    /** Something that is done to the model before a text is asked. */
    private interface Change {
        void make();
    }

    private void work(final Text asked, final Change change) {
        if (board.state().profile.isRunning()) {
            tell(phrases.say(Phrase.PROFILE_IS_RUNNING));
            return;
        }
        if (board.state().setup == null) {
            return;
        }
        text = asked;
        board.set(board.state().asking());
        final int number = latest.incrementAndGet();
        worker.execute(new Runnable() {
            @Override
            public void run() {
                String fault = "";
                Answer answer = null;
                try {
                    change.make();
                    // Of several texts that wait, only the last one is still wanted.
                    answer = asked == null || number != latest.get() ? null : shelf.model().ask(asked);
                } catch (EdgePowerException error) {
                    fault = error.getMessage();
                } catch (OutOfMemoryError error) {
                    fault = phrases.say(Phrase.NO_MEMORY);
                }
                show(number, answer, fault);
            }
        });
    }

    private void show(final int number, final Answer answer, final String fault) {
        final Setup setup = shelf.model().setup();
        main.execute(new Runnable() {
            @Override
            public void run() {
                if (number != latest.get()) {
                    return;
                }
                follow(setup);
                board.set(answer == null ? board.state().opened(setup, fault) : board.state().answered(answer));
            }
        });
    }

    private void follow(Setup setup) {
        budget = setup == null ? null : setup.budget;
        precision = setup == null ? null : setup.precision;
    }

    private static boolean isBlank(String typed) {
        return typed == null || typed.trim().isEmpty();
    }
}
