package edgepower.demo.words;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Draws up the rows of the picture: the text, then a row per encoder in which words are dropped. */
public final class WordRows {
    /** Characters of a text up to which a row keeps its shape; a longer one leaves out what was dropped before. */
    static final int SHORT = 600;

    /** Characters of a word that are shown. */
    static final int LONGEST_WORD = 60;

    private final List<Word> words;
    private final int tokens;
    private final int second;
    private final boolean shrink;
    private final List<WordRow> rows = new ArrayList<WordRow>();

    private WordRows(List<Word> words, int tokens) {
        this.words = words;
        this.tokens = tokens;
        this.second = secondText(words);
        int size = 0;
        for (Word word : words) {
            size += word.spelling.length() + 1;
        }
        this.shrink = size > SHORT;
    }

    /**
     * Makes the rows.
     *
     * @param words of the text
     * @param tokens word pieces that the first encoder read
     * @param stages per encoder the positions of the pieces that it passes on; empty where no encoder ran
     * @return the row of the text, then one per encoder; none where no encoder ran
     */
    public static List<WordRow> of(List<Word> words, int tokens, List<int[]> stages) {
        WordRows made = new WordRows(words, tokens);
        if (!stages.isEmpty()) {
            made.draw(stages);
        }
        return made.rows;
    }

    private void draw(List<int[]> stages) {
        List<Mark> whole = new ArrayList<Mark>();
        for (int index = 0; index < words.size(); index++) {
            add(whole, index, Mark.Kind.WHOLE);
        }
        rows.add(new WordRow(0, tokens, tokens, whole));
        boolean[] before = null;
        for (int stage = 0; stage < stages.size(); stage++) {
            boolean[] alive = alive(stages.get(stage));
            rows.add(new WordRow(stage + 1, stages.get(stage).length, tokens, marks(alive, before)));
            before = alive;
        }
    }

    /** A word survives while any of its pieces does. */
    private boolean[] alive(int[] kept) {
        Set<Integer> positions = new HashSet<Integer>();
        for (int position : kept) {
            positions.add(position);
        }
        boolean[] alive = new boolean[words.size()];
        for (int index = 0; index < alive.length; index++) {
            for (int piece : words.get(index).pieces) {
                alive[index] |= positions.contains(piece);
            }
        }
        return alive;
    }

    private List<Mark> marks(boolean[] alive, boolean[] before) {
        List<Mark> marks = new ArrayList<Mark>();
        for (int index = 0; index < alive.length; index++) {
            boolean goneBefore = before != null && !before[index];
            if (alive[index]) {
                add(marks, index, Mark.Kind.ALIVE);
            } else if (shrink && goneBefore) {
                leaveOut(marks, index);
            } else {
                add(marks, index, Mark.Kind.DROPPED);
            }
        }
        return marks;
    }

    private void add(List<Mark> marks, int index, Mark.Kind kind) {
        Word word = words.get(index);
        boolean afterDots = !marks.isEmpty() && marks.get(marks.size() - 1).kind == Mark.Kind.LEFT_OUT;
        boolean spaced = !marks.isEmpty() && (word.spaced || afterDots);
        marks.add(new Mark(kind, shown(word.spelling), word.part, spaced, beginsSecond(index)));
    }

    private void leaveOut(List<Mark> marks, int index) {
        boolean goesOn = !marks.isEmpty() && marks.get(marks.size() - 1).kind == Mark.Kind.LEFT_OUT;
        if (!goesOn || beginsSecond(index)) {
            marks.add(new Mark(Mark.Kind.LEFT_OUT, "·", words.get(index).part, !marks.isEmpty(), beginsSecond(index)));
        }
    }

    private boolean beginsSecond(int index) {
        return index == second;
    }

    private static int secondText(List<Word> words) {
        for (int index = 0; index < words.size(); index++) {
            if (words.get(index).part == 1) {
                return index;
            }
        }
        return words.size();
    }

    private static String shown(String spelling) {
        String line = spelling.replaceAll("\\s+", " ");
        if (line.length() <= LONGEST_WORD) {
            return line;
        }
        boolean splitsPair = Character.isHighSurrogate(line.charAt(LONGEST_WORD - 1));
        return line.substring(0, splitsPair ? LONGEST_WORD - 1 : LONGEST_WORD) + "…";
    }
}
