package edgepower.demo.state;

import static org.junit.Assert.assertTrue;

import edgepower.demo.Repository;
import edgepower.demo.install.BundleCheck;
import edgepower.demo.install.BundleInstaller;
import edgepower.demo.install.FolderAssets;
import edgepower.demo.model.Model;
import edgepower.demo.text.XmlPhrases;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.rules.ExternalResource;
import org.junit.rules.TemporaryFolder;

/** The app without its screen: a real worker, real files, a real model; a test's own thread is the main thread. */
public final class Desk extends ExternalResource {
    private static final long PATIENCE_S = 60;

    private final TemporaryFolder scratch = new TemporaryFolder();
    private final LinkedBlockingQueue<Runnable> posted = new LinkedBlockingQueue<Runnable>();
    private final List<ScreenState> states = new ArrayList<ScreenState>();
    private ExecutorService worker;

    File assets;
    File files;
    FolderAssets source;
    ReportStore reports;
    Presenter presenter;
    Profiling profiling;

    /** What a test waits for. */
    interface Wanted {
        boolean holds(ScreenState state);
    }

    @Override
    protected void before() throws IOException {
        scratch.create();
        assets = scratch.newFolder("assets");
        files = scratch.newFolder("files");
        source = new FolderAssets(assets);
        reports = new ReportStore(files);
        ship("tiny-bundle");
        startProcess();
    }

    @Override
    protected void after() {
        worker.shutdownNow();
        scratch.delete();
    }

    /** Puts a bundle of the tests into the assets, in place of what is there. */
    File ship(String name) throws IOException {
        unship();
        File bundle = new File(assets, "bundle");
        Repository.copy(Repository.file("tests/data/" + name), bundle);
        return bundle;
    }

    /** Takes the bundle out of the assets. */
    void unship() {
        remove(new File(assets, "bundle"));
    }

    /** Begins as the app does; called again, it is another process that finds the same files. */
    void startProcess() {
        if (worker != null) {
            worker.shutdown();
            posted.clear();
        }
        worker = Executors.newSingleThreadExecutor();
        BundleInstaller installer = new BundleInstaller(source, files, new BundleCheck() {
            @Override
            public void check(File bundle) {
                Model.check(bundle);
            }
        });
        presenter = Presenter.of(installer, worker, new Executor() {
            @Override
            public void execute(Runnable task) {
                posted.add(task);
            }
        }, new XmlPhrases());
        profiling = presenter.profiling(reports);
        states.clear();
        presenter.board().attach(new Screen() {
            @Override
            public void show(ScreenState state) {
                states.add(state);
            }
        });
    }

    /** Opens the bundle, and waits until that is done. */
    ScreenState open() {
        presenter.start();
        return await(new Wanted() {
            @Override
            public boolean holds(ScreenState state) {
                return !state.opening;
            }
        });
    }

    /** Classifies a text, and waits for what comes of it. */
    ScreenState ask(String text) {
        presenter.ask(text, "");
        return settle();
    }

    /** Waits until nothing is being computed for a text. */
    ScreenState settle() {
        return await(new Wanted() {
            @Override
            public boolean holds(ScreenState state) {
                return !state.asking;
            }
        });
    }

    /** Waits for the end of a profile. */
    ProfileState profiled() {
        return await(new Wanted() {
            @Override
            public boolean holds(ScreenState state) {
                return !state.profile.isRunning();
            }
        }).profile;
    }

    /** Runs what is posted to the main thread until the state is as wanted. */
    ScreenState await(Wanted wanted) {
        while (!wanted.holds(state())) {
            Runnable task;
            try {
                task = posted.poll(PATIENCE_S, TimeUnit.SECONDS);
            } catch (InterruptedException error) {
                throw new AssertionError("nobody interrupts a test", error);
            }
            assertTrue("nothing came for " + PATIENCE_S + " s", task != null);
            task.run();
        }
        return state();
    }

    ScreenState state() {
        return presenter.board().state();
    }

    /** All states that were shown since the process began. */
    List<ScreenState> states() {
        return states;
    }

    private static void remove(File file) {
        File[] inside = file.listFiles();
        if (inside != null) {
            for (File one : inside) {
                remove(one);
            }
        }
        file.delete();
    }
}
