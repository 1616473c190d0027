package edgepower.demo.state;

import edgepower.demo.text.Phrase;
import edgepower.demo.text.Phrases;
import edgepower.runtime.EdgePowerException;
import edgepower.runtime.InputException;
import edgepower.runtime.profiler.BundleSource;
import edgepower.runtime.profiler.DeviceFacts;
import edgepower.runtime.profiler.ProfileJob;
import edgepower.runtime.profiler.ProfileOptions;
import edgepower.runtime.profiler.ProfileReport;
import edgepower.runtime.profiler.Profiler;
import edgepower.runtime.profiler.Progress;
import java.io.File;
import java.io.IOException;
import java.util.Date;
import java.util.Map;
import java.util.concurrent.Executor;

/**
 * Runs profiles, one at a time, for the user of the app or for another machine.
 *
 * <p>Methods are called on the main thread. A profile belongs to the process, not to a screen, so a phone that is
 * turned meanwhile changes nothing.
 */
public final class Profiling {
    /** What a user waits for: enough answers for the 90th percentile, and an end in a minute. */
    private static final ProfileOptions OPTIONS =
            ProfileOptions.builder().warmup(5).iterations(50).maxSeconds(60).build();

    private final Board board;
    private final Shelf shelf;
    private final Executor worker;
    private final Executor main;
    private final ReportStore reports;
    private final Phrases phrases;
    private Run running;

    Profiling(Board board, Shelf shelf, Executor worker, Executor main, ReportStore reports, Phrases phrases) {
        this.board = board;
        this.shelf = shelf;
        this.worker = worker;
        this.main = main;
        this.reports = reports;
        this.phrases = phrases;
    }

    /** What is measured: it blocks on the worker's thread. */
    private interface Task {
        /**
         * Gives the report.
         *
         * @throws EdgePowerException there is none, and why
         */
        ProfileReport measure(Progress progress);
    }

    /** One profile; its progress is asked for on the worker's thread and drawn on the main thread. */
    private final class Run implements Progress {
        // Drawing takes a core from what is measured.
        private static final long BETWEEN_DRAWINGS = 400_000_000L;

        private volatile boolean cancelled;
        private volatile boolean left;
        private long drawn = System.nanoTime() - BETWEEN_DRAWINGS;

        @Override
        public boolean step(final String what, final int done, final int total) {
            long now = System.nanoTime();
            if (now - drawn >= BETWEEN_DRAWINGS) {
                drawn = now;
                main.execute(new Runnable() {
                    @Override
                    public void run() {
                        if (running == Run.this && !cancelled) {
                            board.set(board.state().profiled(ProfileState.running(what, done, total)));
                        }
                    }
                });
            }
            return !cancelled;
        }
    }

    /** Profiles the bundle for the user; does nothing where one is running, or there is no model. */
    public void start(final DeviceFacts facts) {
        if (running != null || board.state().setup == null) {
            return;
        }
        launch(new Task() {
            @Override
            public ProfileReport measure(Progress progress) {
                return Profiler.run(shelf.folder(), OPTIONS, facts, progress);
            }
        });
    }

    /**
     * Profiles the bundle for another machine, and leaves the report or the error in a folder. Where a profile is
     * running, that is the error.
     *
     * @param extras of the intent
     * @param folder that the other machine reads
     * @throws EdgePowerException there is nowhere to answer: {@code report} among the extras is no name
     */
    public void start(Map<String, String> extras, File folder, final DeviceFacts facts) {
        final ProfileJob job = ProfileJob.of(extras, folder);
        if (running != null) {
            job.run(new BundleSource() {
                @Override
                public File bundle() {
                    throw new InputException("a profile is running already; wait for its end, or cancel it");
                }
            }, facts, new Run());
            return;
        }
        launch(new Task() {
            @Override
            public ProfileReport measure(Progress progress) {
                ProfileReport report = job.run(new BundleSource() {
                    @Override
                    public File bundle() {
                        shelf.open();
                        return shelf.folder();
                    }
                }, facts, progress);
                if (report == null) {
                    throw new EdgePowerException(job.error());
                }
                return report;
            }
        });
    }

    /** Ends the profile after the answer that is being timed; nothing of it is kept. */
    public void cancel() {
        if (running != null && !running.cancelled) {
            running.cancelled = true;
            board.set(board.state().profiled(board.state().profile.ending()));
        }
    }

    /** Cancels it too: nobody looks at the app any more, and a phone slows down what nobody looks at. */
    public void leave() {
        if (running != null && !running.cancelled) {
            running.left = true;
            cancel();
        }
    }

    private void launch(final Task task) {
        final Run run = new Run();
        running = run;
        board.set(board.state().profiled(ProfileState.running(null, 0, 0)));
        worker.execute(new Runnable() {
            @Override
            public void run() {
                final ProfileState outcome = outcome(task, run);
                main.execute(new Runnable() {
                    @Override
                    public void run() {
                        running = null;
                        board.set(board.state().profiled(outcome));
                    }
                });
            }
        });
    }

    private ProfileState outcome(Task task, Run run) {
        try {
            ProfileReport report = task.measure(run);
            return ProfileState.done(report, reports.save(report.toJson(), new Date()));
        } catch (EdgePowerException error) {
            return run.cancelled ? ProfileState.ended(run.left) : ProfileState.failed(error.getMessage());
        } catch (OutOfMemoryError error) {
            return ProfileState.failed(phrases.say(Phrase.NO_MEMORY));
        } catch (IOException error) {
            return ProfileState.failed(error.getMessage());
        }
    }
}
