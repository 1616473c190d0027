package edgepower.demo.text;

import edgepower.demo.model.Answer;
import edgepower.demo.words.WordRow;
import java.util.ArrayList;
import java.util.List;

/** The words that survive, in sentences. */
public final class WordsText {
    /** Words that a sentence names. */
    static final int MOST_WORDS = 12;

    private final Phrases phrases;

    /** Prepares to say it. */
    public WordsText(Phrases phrases) {
        this.phrases = phrases;
    }

    /** What the whole picture shows. */
    public String lead(Answer answer) {
        List<WordRow> rows = answer.rows;
        if (rows.isEmpty()) {
            return phrases.say(Phrase.WORDS_NO_ENCODER);
        }
        if (!answer.drops()) {
            return phrases.say(Phrase.WORDS_ALL_KEPT);
        }
        List<String> last = rows.get(Math.max(0, rows.size() - 2)).spoken();
        return last.isEmpty()
                ? phrases.say(Phrase.WORDS_NONE_REACH_LAST)
                : phrases.say(Phrase.WORDS_REACH_LAST, listed(last));
    }

    /** The name of a row. */
    public String name(WordRow row) {
        return row.encoder == 0 ? phrases.say(Phrase.ROW_TEXT) : phrases.say(Phrase.ROW_ENCODER, row.encoder);
    }

    /** How many word pieces a row has. */
    public String count(WordRow row) {
        return row.encoder == 0
                ? phrases.count(Plural.PIECES, row.tokens)
                : phrases.say(Phrase.ROW_KEPT, row.kept, row.tokens);
    }

    /** A row for a screen reader, which names the words that are left. */
    public String spoken(WordRow row) {
        List<String> words = row.spoken();
        String left = words.isEmpty() ? phrases.say(Phrase.ROW_NO_WORDS) : listed(words);
        return phrases.say(Phrase.ROW_SPOKEN, name(row), count(row), left);
    }

    private String listed(List<String> words) {
        List<String> named = new ArrayList<String>(words.subList(0, Math.min(MOST_WORDS, words.size())));
        if (words.size() > MOST_WORDS) {
            named.add(phrases.count(Plural.MORE_WORDS, words.size() - MOST_WORDS));
        }
        StringBuilder list = new StringBuilder();
        for (String word : named) {
            list.append(list.length() == 0 ? "" : ", ").append(word);
        }
        return list.toString();
    }
}
