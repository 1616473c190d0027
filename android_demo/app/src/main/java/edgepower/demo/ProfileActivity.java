package edgepower.demo;

import android.app.Activity;
import android.content.Intent;
import android.os.BadParcelableException;
import android.os.Bundle;
import android.util.Log;
import android.view.View;
import android.view.WindowManager;
import edgepower.demo.state.Presenter;
import edgepower.demo.state.Screen;
import edgepower.demo.state.ScreenState;
import edgepower.demo.view.NoticeView;
import edgepower.demo.view.ProfileView;
import edgepower.runtime.EdgePowerException;
import edgepower.runtime.InputException;
import java.io.File;
import java.util.HashMap;
import java.util.Map;

/**
 * Profiles for another machine, without a touch.
 *
 * <p>{@code adb shell am start -n edgepower.demo/.ProfileActivity --es report NAME} starts it.
 *
 * <p>The report, or the error, lies in the app's external folder then; see {@code ProfileJob}. The manifest lets only
 * those start it who hold DUMP, as adb's shell does, so that no other app can keep the phone busy.
 */
public final class ProfileActivity extends Activity implements Screen {
    private static final String TAG = "edge-power";

    private Presenter presenter;
    private NoticeView notice;
    private ProfileView profile;

    @Override
    protected void onCreate(Bundle saved) {
        super.onCreate(saved);
        setContentView(R.layout.profile_screen);
        getWindow().addFlags(WindowManager.LayoutParams.FLAG_KEEP_SCREEN_ON);
        DemoApplication demo = (DemoApplication) getApplication();
        presenter = demo.presenter();
        View root = findViewById(R.id.scroll);
        notice = new NoticeView(root);
        profile = new ProfileView(root, demo.profiling(), new AndroidFacts(this), new ReportSharing(this),
                new AndroidPhrases(this));
        if (saved == null) {
            profile(getIntent());
        }
    }

    @Override
    protected void onNewIntent(Intent intent) {
        super.onNewIntent(intent);
        profile(intent);
    }

    @Override
    protected void onStart() {
        super.onStart();
        presenter.board().attach(this);
    }

    @Override
    protected void onStop() {
        presenter.board().detach(this);
        super.onStop();
    }

    @Override
    public void show(ScreenState state) {
        notice.show(state);
        profile.show(state);
    }

    private void profile(Intent intent) {
        presenter.start();
        File folder = getExternalFilesDir(null);
        if (folder == null) {
            refuse(getString(R.string.profile_no_folder));
            return;
        }
        try {
            ((DemoApplication) getApplication()).profiling().start(extras(intent), folder, new AndroidFacts(this));
        } catch (EdgePowerException error) {
            refuse(error.getMessage());
        }
    }

    private void refuse(String why) {
        Log.e(TAG, why);
        presenter.tell(why);
    }

    private static Map<String, String> extras(Intent intent) {
        Map<String, String> extras = new HashMap<String, String>();
        try {
            Bundle given = intent.getExtras();
            if (given != null) {
                for (String name : given.keySet()) {
                    extras.put(name, given.getString(name));
                }
            }
        } catch (BadParcelableException error) {
            throw new InputException("an extra of the intent cannot be read; give strings, by --es", error);
        }
        return extras;
    }
}
