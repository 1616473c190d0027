package edgepower.demo.view;

import android.view.View;
import android.widget.TextView;
import edgepower.demo.R;
import edgepower.demo.state.ScreenState;

/** What the user has to know, above everything else; a screen reader says it when it changes. */
public final class NoticeView {
    private final TextView notice;

    /** Binds the view in a layout. */
    public NoticeView(View root) {
        notice = (TextView) root.findViewById(R.id.notice);
    }

    /** Shows it, or nothing. */
    public void show(ScreenState state) {
        String text = state.opening ? notice.getContext().getString(R.string.opening) : state.notice;
        notice.setVisibility(text.isEmpty() ? View.GONE : View.VISIBLE);
        if (!text.contentEquals(notice.getText())) {
            notice.setText(text);
        }
    }
}
