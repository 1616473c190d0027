package edgepower.demo;

import android.app.Activity;
import android.app.Application;
import android.os.Bundle;

/** Notices that nobody looks at the app any more; a phone that is turned does not count. */
final class FrontWatch implements Application.ActivityLifecycleCallbacks {
    private final Runnable left;
    private int seen;

    FrontWatch(Runnable left) {
        this.left = left;
    }

    @Override
    public void onActivityStarted(Activity activity) {
        seen++;
    }

    @Override
    public void onActivityStopped(Activity activity) {
        seen--;
        if (seen == 0 && !activity.isChangingConfigurations()) {
            left.run();
        }
    }

    @Override
    public void onActivityCreated(Activity activity, Bundle saved) {}

    @Override
    public void onActivityResumed(Activity activity) {}

    @Override
    public void onActivityPaused(Activity activity) {}

    @Override
    public void onActivitySaveInstanceState(Activity activity, Bundle state) {}

    @Override
    public void onActivityDestroyed(Activity activity) {}
}
