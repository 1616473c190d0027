package edgepower.demo.view;

import android.view.View;
import android.widget.ProgressBar;
import edgepower.demo.R;
import edgepower.demo.model.Answer;
import edgepower.demo.text.AnswerText;
import edgepower.demo.text.Bar;
import edgepower.demo.text.Phrases;
import edgepower.demo.text.WordsText;
import edgepower.demo.words.WordRow;
import java.util.List;

/** The answer: label, bars, tiers and the words that survive. */
public final class AnswerView {
    /** What a bar that is full counts, as the layouts say. */
    static final int FULL = 1000;

    private final View root;
    private final Phrases phrases;
    private final Rows bars;
    private final Rows tiers;
    private final Rows words;
    private final WordSpans spans;
    private Answer shown;

    /** Binds the views in a layout. */
    public AnswerView(View root, Phrases phrases) {
        this.root = root;
        this.phrases = phrases;
        this.bars = new Rows(root, R.id.bars);
        this.tiers = new Rows(root, R.id.tiers);
        this.words = new Rows(root, R.id.words);
        this.spans = new WordSpans(root.getContext());
    }

    /** Shows an answer; null shows none. One that is shown already is left alone, so that nobody reads it out again. */
    public void show(Answer answer) {
        root.findViewById(R.id.answer).setVisibility(answer == null ? View.GONE : View.VISIBLE);
        if (answer == null || answer == shown) {
            return;
        }
        shown = answer;
        AnswerText text = new AnswerText(answer, phrases);
        Rows.setText(root, R.id.headline, text.headline());
        Rows.setText(root, R.id.answered_by, text.answeredBy());
        Rows.setText(root, R.id.pieces, text.pieces());
        Rows.setTextOrHide(root, R.id.more_labels, text.moreLabels());
        showBars(text.bars());
        List<String> lines = text.tiers();
        root.findViewById(R.id.tiers_title).setVisibility(lines.isEmpty() ? View.GONE : View.VISIBLE);
        tiers.show(lines);
        showWords(answer);
    }

    private void showBars(List<Bar> shares) {
        bars.clear();
        for (Bar bar : shares) {
            View row = bars.add(R.layout.row_bar);
            row.setContentDescription(bar.spoken);
            Rows.setText(row, R.id.label, bar.label);
            Rows.setText(row, R.id.percent, bar.percent);
            fill(row, bar.share);
        }
    }

    private void showWords(Answer answer) {
        WordsText text = new WordsText(phrases);
        Rows.setText(root, R.id.words_lead, text.lead(answer));
        root.findViewById(R.id.words_key).setVisibility(answer.drops() ? View.VISIBLE : View.GONE);
        words.clear();
        for (WordRow one : answer.rows) {
            View row = words.add(R.layout.row_words);
            row.setContentDescription(text.spoken(one));
            Rows.setText(row, R.id.name, text.name(one));
            Rows.setText(row, R.id.count, text.count(one));
            Rows.setText(row, R.id.row, spans.of(one));
            fill(row, (double) one.kept / one.tokens);
        }
    }

    static void fill(View row, double share) {
        ((ProgressBar) row.findViewById(R.id.share)).setProgress((int) Math.round(FULL * share));
    }
}
