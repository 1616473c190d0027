package edgepower.demo.view;

import android.content.Context;
import android.text.SpannableStringBuilder;
import android.text.Spanned;
import android.text.style.BackgroundColorSpan;
import android.text.style.ForegroundColorSpan;
import android.text.style.StrikethroughSpan;
import edgepower.demo.R;
import edgepower.demo.words.Mark;
import edgepower.demo.words.Word;
import edgepower.demo.words.WordRow;

/**
 * A row of words as text: tinted while they survive, struck through once they are dropped.
 *
 * <p>Text, and no drawing of our own, since the system knows how to break lines, to write from right to left and to
 * grow with the user's font.
 */
final class WordSpans {
    // The letters of [CLS] would say that the line is written from left to right; an isolate keeps them to themselves.
    private static final char ISOLATE = '\u2068';
    private static final char END = '\u2069';

    private final Context context;

    WordSpans(Context context) {
        this.context = context;
    }

    CharSequence of(WordRow row) {
        SpannableStringBuilder text = new SpannableStringBuilder();
        for (Mark mark : row.marks) {
            if (mark.beginsSecond && text.length() > 0) {
                text.append('\n');
            } else if (mark.spaced) {
                text.append(' ');
            }
            int start = text.length();
            append(text, mark);
            dress(text, mark, start);
        }
        return text;
    }

    private static void append(SpannableStringBuilder text, Mark mark) {
        if (mark.part == Word.SPECIAL) {
            text.append(ISOLATE).append(mark.text).append(END);
        } else {
            text.append(mark.text);
        }
    }

    private void dress(SpannableStringBuilder text, Mark mark, int start) {
        switch (mark.kind) {
            case ALIVE:
                set(text, new BackgroundColorSpan(colour(ground(mark.part))), start);
                break;
            case DROPPED:
                set(text, new StrikethroughSpan(), start);
                set(text, new ForegroundColorSpan(colour(R.color.soft)), start);
                break;
            case LEFT_OUT:
                set(text, new ForegroundColorSpan(colour(R.color.soft)), start);
                break;
            default:
        }
    }

    private static void set(SpannableStringBuilder text, Object span, int start) {
        text.setSpan(span, start, text.length(), Spanned.SPAN_EXCLUSIVE_EXCLUSIVE);
    }

    private static int ground(int part) {
        if (part == Word.SPECIAL) {
            return R.color.special_ground;
        }
        return part == 0 ? R.color.first_ground : R.color.second_ground;
    }

    private int colour(int id) {
        return context.getColor(id);
    }
}
