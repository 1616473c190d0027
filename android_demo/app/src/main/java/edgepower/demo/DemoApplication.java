package edgepower.demo;

import android.app.Application;
import android.os.Handler;
import android.os.Looper;
import edgepower.demo.install.BundleCheck;
import edgepower.demo.install.BundleInstaller;
import edgepower.demo.model.Model;
import edgepower.demo.state.Presenter;
import edgepower.demo.state.Profiling;
import edgepower.demo.state.ReportStore;
import java.io.File;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;

/** What lives as long as the process: the model, its worker, and a profile that is under way. */
public final class DemoApplication extends Application {
    private Presenter presenter;
    private Profiling profiling;

    @Override
    public void onCreate() {
        super.onCreate();
        Executor worker = Executors.newSingleThreadExecutor();
        presenter = Presenter.of(installer(), worker, mainThread(), new AndroidPhrases(this));
        profiling = presenter.profiling(new ReportStore(getFilesDir()));
        registerActivityLifecycleCallbacks(new FrontWatch(new Runnable() {
            @Override
            public void run() {
                profiling.leave();
            }
        }));
    }

    Presenter presenter() {
        return presenter;
    }

    Profiling profiling() {
        return profiling;
    }

    private BundleInstaller installer() {
        return new BundleInstaller(new AndroidAssets(getAssets()), getFilesDir(), new BundleCheck() {
            @Override
            public void check(File bundle) {
                Model.check(bundle);
            }
        });
    }

    private static Executor mainThread() {
        final Handler handler = new Handler(Looper.getMainLooper());
        return new Executor() {
            @Override
            public void execute(Runnable task) {
                handler.post(task);
            }
        };
    }
}
