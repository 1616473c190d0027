package edgepower.runtime.text;

import edgepower.runtime.text.normal.Chars;
import edgepower.runtime.text.unicode.CodePointSet;
import java.util.List;

/** Finds added tokens in a text: of those that begin first the longest, none within another. */
final class AddedTokens {
    private final AddedToken[] tokens;
    private final PieceTable spellings;
    /** The last eight bits of what a token begins with: most places of a text begin none. */
    private final boolean[] begins = new boolean[256];

    /** A token that stands in the text, and where. */
    static final class Match {
        final AddedToken token;
        final int from;
        final int to;

        private Match(AddedToken token, int from, int to) {
            this.token = token;
            this.from = from;
            this.to = to;
        }
    }

    /** What {@link #next} gives, and where it goes on. */
    static final class Search {
        /** Where the last match ended, and what is left begins. */
        int begin;
        private int at;
    }

    /**
     * Takes tokens.
     *
     * @param tokens the tokens
     * @param spellings of each, how a text spells it
     * @param values of each, its place among {@code tokens}
     */
    AddedTokens(List<AddedToken> tokens, List<String> spellings, List<Integer> values) {
        this.tokens = tokens.toArray(new AddedToken[0]);
        this.spellings = new PieceTable(spellings, values);
        for (String spelling : spellings) {
            begins[spelling.codePointAt(0) & 0xFF] = true;
        }
    }

    /**
     * Finds the next token.
     *
     * @param text where to look
     * @param search how far the search is
     * @param withoutSpecial whether special tokens are left as the text that they are
     * @return the match; null where there is none any more
     */
    Match next(Chars text, Search search, boolean withoutSpecial) {
        int[] found = new int[2];
        while (search.at < text.size()) {
            int from = search.at;
            if (!begins[text.point(from) & 0xFF] || !spellings.longest(text.points(), from, text.size(), found)) {
                search.at++;
                continue;
            }
            AddedToken token = tokens[found[0]];
            search.at = found[1];
            boolean isPart = token.isSingleWord && !standsAlone(text, from, found[1]);
            if (!isPart && !(withoutSpecial && token.isSpecial)) {
                return widened(token, text, from, found[1], search);
            }
        }
        return null;
    }

    private static boolean standsAlone(Chars text, int from, int to) {
        return (from == 0 || !CodePointSet.WORD.has(text.point(from - 1)))
                && (to == text.size() || !CodePointSet.WORD.has(text.point(to)));
    }

    private static Match widened(AddedToken token, Chars text, int from, int to, Search search) {
        int begin = from;
        int end = to;
        if (token.takesLeftBlanks) {
            // What the match before took is its own.
            while (begin > search.begin && CodePointSet.WHITE_SPACE.has(text.point(begin - 1))) {
                begin--;
            }
            begin = Math.max(begin, search.begin);
        }
        while (token.takesRightBlanks && end < text.size() && CodePointSet.WHITE_SPACE.has(text.point(end))) {
            end++;
        }
        return new Match(token, begin, end);
    }
}
