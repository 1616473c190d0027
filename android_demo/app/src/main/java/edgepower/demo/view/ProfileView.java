package edgepower.demo.view;

import android.view.View;
import android.widget.Button;
import android.widget.ProgressBar;
import android.widget.TextView;
import edgepower.demo.R;
import edgepower.demo.state.ProfileState;
import edgepower.demo.state.Profiling;
import edgepower.demo.state.ScreenState;
import edgepower.demo.text.Phrases;
import edgepower.demo.text.ProfileText;
import edgepower.runtime.profiler.DeviceFacts;
import edgepower.runtime.profiler.ProfileReport;
import edgepower.runtime.profiler.ProfileRow;

/** The profile: how far it is, its table, and the report to share. */
public final class ProfileView {
    /** Gives a report to another app. */
    public interface Sharing {
        /** Asks the user which app, and gives it the report. */
        void share(String file);
    }

    private final View root;
    private final ProfileText text;
    private final Rows rows;
    private final Rows doubts;
    private final ProgressBar bar;
    private final TextView status;
    private final Button button;
    private ProfileState state = ProfileState.NONE;
    private ProfileReport shown;

    /**
     * Binds the views in a layout.
     *
     * @param root of the layout
     * @param profiling is told to begin and to cancel
     * @param facts of the phone
     * @param sharing is told to share a report
     * @param phrases for the texts
     */
    public ProfileView(View root, final Profiling profiling, final DeviceFacts facts, final Sharing sharing,
            Phrases phrases) {
        this.root = root;
        this.text = new ProfileText(phrases);
        this.rows = new Rows(root, R.id.profile_rows);
        this.doubts = new Rows(root, R.id.profile_doubts);
        this.bar = (ProgressBar) root.findViewById(R.id.profile_bar);
        this.status = (TextView) root.findViewById(R.id.profile_status);
        this.button = (Button) root.findViewById(R.id.profile_button);
        button.setOnClickListener(new View.OnClickListener() {
            @Override
            public void onClick(View clicked) {
                if (state.isRunning()) {
                    profiling.cancel();
                } else {
                    profiling.start(facts);
                }
            }
        });
        root.findViewById(R.id.profile_share).setOnClickListener(new View.OnClickListener() {
            @Override
            public void onClick(View clicked) {
                sharing.share(state.file);
            }
        });
    }

    /** Shows where the profile stands. */
    public void show(ScreenState screen) {
        state = screen.profile;
        root.findViewById(R.id.profile).setVisibility(
                screen.setup == null && state.phase == ProfileState.Phase.NONE ? View.GONE : View.VISIBLE);
        bar.setVisibility(state.isRunning() ? View.VISIBLE : View.GONE);
        bar.setIndeterminate(state.total == 0);
        bar.setMax(Math.max(1, state.total));
        bar.setProgress(state.done);
        button.setText(state.isRunning() ? R.string.profile_cancel : R.string.profile_start);
        button.setEnabled(state.phase != ProfileState.Phase.ENDING && (state.isRunning() || screen.isReady()));
        showStatus();
        root.findViewById(R.id.profile_share).setVisibility(state.file == null ? View.GONE : View.VISIBLE);
        if (state.report != shown) {
            shown = state.report;
            showReport();
        }
    }

    private void showStatus() {
        String said = text.status(state);
        // A screen reader that spoke at every step would never stop; it says how a profile ended.
        status.setAccessibilityLiveRegion(
                state.isRunning() ? View.ACCESSIBILITY_LIVE_REGION_NONE : View.ACCESSIBILITY_LIVE_REGION_POLITE);
        status.setVisibility(said.isEmpty() ? View.GONE : View.VISIBLE);
        if (!said.contentEquals(status.getText())) {
            status.setText(said);
        }
    }

    private void showReport() {
        rows.clear();
        doubts.clear();
        boolean isDoubted = shown != null && !shown.doubts().isEmpty();
        root.findViewById(R.id.profile_doubts_title).setVisibility(isDoubted ? View.VISIBLE : View.GONE);
        if (shown == null) {
            return;
        }
        double slowest = 0;
        for (ProfileRow one : shown.table()) {
            slowest = Math.max(slowest, one.medianMs);
        }
        for (ProfileRow one : shown.table()) {
            View row = rows.add(R.layout.row_profile);
            Rows.setText(row, R.id.name, one.name);
            Rows.setText(row, R.id.times, text.times(one));
            row.setContentDescription(text.spoken(one));
            AnswerView.fill(row, slowest > 0 ? one.medianMs / slowest : 0);
        }
        doubts.show(shown.doubts());
    }
}
