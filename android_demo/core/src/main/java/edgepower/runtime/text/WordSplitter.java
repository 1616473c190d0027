package edgepower.runtime.text;

import edgepower.runtime.json.JsonNode;
import edgepower.runtime.text.normal.Chars;
import edgepower.runtime.text.unicode.CodePointSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The pre-tokenizer of tokenizer.json: finds words in normalised text. */
final class WordSplitter {
    private static final String KNOWN = "BertPreTokenizer, Punctuation, Sequence, Whitespace or WhitespaceSplit";

    private enum Step {
        /** White space parts words and goes. */
        BLANKS,
        /** Each mark of punctuation is a word. */
        PUNCTUATION,
        /** Runs of word characters are words, and so are runs of what is neither that nor white space. */
        RUNS
    }

    private final Step[] steps;

    private WordSplitter(List<Step> steps) {
        this.steps = steps.toArray(new Step[0]);
    }

    /**
     * Reads a pre-tokenizer.
     *
     * @param node its JSON; null for none
     * @throws edgepower.runtime.BundleException it is another kind, which the message names, or malformed
     */
    static WordSplitter read(JsonNode node) {
        return new WordSplitter(node == null ? new ArrayList<Step>() : steps(node));
    }

    private static List<Step> steps(JsonNode node) {
        String type = node.get("type").string();
        if (type.equals("BertPreTokenizer")) {
            return Arrays.asList(Step.BLANKS, Step.PUNCTUATION);
        }
        if (type.equals("WhitespaceSplit")) {
            return Arrays.asList(Step.BLANKS);
        }
        if (type.equals("Whitespace")) {
            return Arrays.asList(Step.RUNS);
        }
        if (type.equals("Punctuation")) {
            if (node.has("behavior")) {
                node.get("behavior").choice("Isolated");
            }
            return Arrays.asList(Step.PUNCTUATION);
        }
        if (type.equals("Sequence")) {
            List<Step> steps = new ArrayList<Step>();
            for (JsonNode part : node.get("pretokenizers").items()) {
                steps.addAll(steps(part));
            }
            return steps;
        }
        throw node.get("type").wrong("a pre-tokenizer that this library knows (" + KNOWN + ")");
    }

    /** Gives words as {begin, end, begin, end, ...} in code points; {@code to} is past the last one to look at. */
    int[] split(Chars text, int from, int to) {
        int[] words = from < to ? new int[] {from, to} : new int[0];
        for (Step step : steps) {
            int[] found = new int[Math.max(8, (to - from) / 2)];
            int size = 0;
            for (int index = 0; index < words.length; index += 2) {
                int at = words[index];
                while (at < words[index + 1]) {
                    int end = end(step, text, at, words[index + 1]);
                    if (step == Step.PUNCTUATION || !CodePointSet.WHITE_SPACE.has(text.point(at))) {
                        if (size + 2 > found.length) {
                            found = Arrays.copyOf(found, size * 2 + 2);
                        }
                        found[size++] = at;
                        found[size++] = end;
                    }
                    at = end;
                }
            }
            words = Arrays.copyOf(found, size);
        }
        return words;
    }

    /** Finds the end of what begins at a place: of a word, or of white space. */
    private static int end(Step step, Chars text, int at, int to) {
        int kind = kind(step, text.point(at));
        int end = at + 1;
        if (step == Step.PUNCTUATION && kind == 1) {
            return end;
        }
        while (end < to && kind(step, text.point(end)) == kind) {
            end++;
        }
        return end;
    }

    private static int kind(Step step, int point) {
        if (step == Step.PUNCTUATION) {
            return CodePointSet.PUNCTUATION.has(point) ? 1 : 0;
        }
        if (CodePointSet.WHITE_SPACE.has(point)) {
            return 2;
        }
        return step == Step.RUNS && CodePointSet.WORD.has(point) ? 1 : 0;
    }
}
