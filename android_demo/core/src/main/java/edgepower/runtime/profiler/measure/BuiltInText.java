package edgepower.runtime.profiler.measure;

import edgepower.runtime.Text;
import edgepower.runtime.text.EncodedText;
import edgepower.runtime.text.TextEncoder;

/** An English text that fills a program as nearly as the tokenizer allows: the same as the Python profiler's. */
final class BuiltInText {
    // Repeated as often as a long program needs: what the words say does not change how long a static graph takes.
    private static final String PASSAGE = ""
            + "The film opens on a quiet street early in the morning, and for a while nothing happens at all. A man walks his dog, a "
            + "woman buys bread, and the sea lies grey behind the houses. Then the phone rings, and the story begins. I did not expect "
            + "to like it as much as I did. The acting is warm and never loud, the music knows when to stop, and the last half hour is "
            + "as good as anything I have seen this year. It is not without faults: the middle is long, one of the brothers is hardly "
            + "more than a name, and a joke about the train is told three times. But these are small things. What stays is the way the "
            + "camera looks at people when they think that nobody is watching them, and a final scene in the kitchen that says more "
            + "with a cup of tea than most films say with a war. My neighbour slept through it and called it dull; my daughter wants to "
            + "see it again. If you have an evening free and like stories that take their time, go and see it while it is still shown.";
    // Short words, most likely one token each, that fill what whole words of the passage leave.
    private static final String[] FILLERS = {" a", " i", ".", " the", "!"};

    private BuiltInText() {}

    /** Makes a text of at most so many tokens, and of exactly as many where the tokenizer allows. */
    static String ofLength(TextEncoder encoder, int length) {
        String[] words = PASSAGE.split(" ");
        int low = 0;
        int high = length; // no tokenizer makes less than a token of a word
        while (low < high) {
            int middle = (low + high + 1) / 2;
            if (encode(encoder, first(words, middle), length).truncated) {
                high = middle - 1;
            } else {
                low = middle;
            }
        }
        return filled(encoder, first(words, low), length);
    }

    private static String first(String[] words, int count) {
        StringBuilder text = new StringBuilder();
        for (int place = 0; place < count; place++) {
            text.append(place == 0 ? "" : " ").append(words[place % words.length]);
        }
        return text.toString();
    }

    private static String filled(TextEncoder encoder, String text, int length) {
        String found = text;
        int count = encode(encoder, found, length).numTokens();
        boolean grows = true;
        while (grows && count < length) {
            grows = false;
            for (String filler : FILLERS) {
                String candidate = (found + filler).trim();
                EncodedText encoded = encode(encoder, candidate, length);
                if (encoded.numTokens() > count && !encoded.truncated) {
                    found = candidate;
                    count = encoded.numTokens();
                    grows = true;
                    break;
                }
            }
        }
        return found;
    }

    private static EncodedText encode(TextEncoder encoder, String text, int length) {
        return encoder.encode(Text.of(text), length);
    }
}
