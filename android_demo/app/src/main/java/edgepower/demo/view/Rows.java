package edgepower.demo.view;

import android.view.LayoutInflater;
import android.view.View;
import android.view.ViewGroup;
import android.widget.TextView;
import edgepower.demo.R;
import java.util.List;

/** Rows that are put into a column; a column is short, so it is made anew each time. */
final class Rows {
    private final ViewGroup column;

    Rows(View root, int column) {
        this.column = (ViewGroup) root.findViewById(column);
    }

    void clear() {
        column.removeAllViews();
    }

    View add(int layout) {
        View row = LayoutInflater.from(column.getContext()).inflate(layout, column, false);
        column.addView(row);
        return row;
    }

    /** Shows a line of text each, and nothing else. */
    void show(List<String> lines) {
        clear();
        for (String line : lines) {
            ((TextView) add(R.layout.row_text)).setText(line);
        }
    }

    static void setText(View row, int id, CharSequence text) {
        ((TextView) row.findViewById(id)).setText(text);
    }

    /** Shows a text, or nothing where it is empty. */
    static void setTextOrHide(View row, int id, CharSequence text) {
        setText(row, id, text);
        row.findViewById(id).setVisibility(text.length() == 0 ? View.GONE : View.VISIBLE);
    }
}
