package edgepower.runtime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import edgepower.runtime.bundle.Program;
import edgepower.runtime.bundle.TensorEntry;
import edgepower.runtime.text.EncodedText;
import java.io.File;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * Measures what a text of 30 words costs besides the engine's call: {@code OverheadMain BUNDLE [BUDGET [ROUNDS]]}.
 *
 * <p>Each round answers a text, and then calls ONNX Runtime alone with the same inputs, all made before; what is
 * compared stands side by side in time. Words differ from round to round.
 */
public final class OverheadMain {
    private static final int ROUNDS = 3000;
    private static final int WORDS = 30;

    private OverheadMain() {
    }

    /** Prints medians and 90th percentiles, in microseconds. */
    public static void main(String[] arguments) throws Exception {
        Options options = Options.DEFAULT.withBudget(arguments.length > 1 ? arguments[1] : null);
        try (Classifier classifier = Classifier.open(new File(arguments[0]), options)) {
            String[] texts = texts();
            EncodedText encoded = classifier.encoder().encode(Text.of(texts[0]), classifier.maxLength());
            Program program =
                classifier.artifact().program(classifier.budget(), classifier.answer(Text.of(texts[0])).length());
            OrtEnvironment environment = OrtEnvironment.getEnvironment();
            File graph = classifier.bundle().resolve(program.file);
            try (OrtSession.SessionOptions plain = new OrtSession.SessionOptions()) {
                plain.setIntraOpNumThreads(1);
                try (OrtSession session = environment.createSession(graph.getPath(), plain)) {
                    measure(classifier, texts, session, inputs(environment, program, encoded), program,
                        arguments.length > 2 ? Integer.parseInt(arguments[2]) : ROUNDS);
                }
            }
        }
    }

    private static void measure(Classifier classifier, String[] texts, OrtSession session,
            Map<String, OnnxTensor> inputs, Program program, int rounds) throws Exception {
        Set<String> outputs = new LinkedHashSet<String>();
        for (TensorEntry output : program.outputs) {
            outputs.add(output.name);
        }
        long[] whole = new long[rounds];
        long[] engine = new long[rounds];
        long[][] spans = new long[classifier.spans().size()][rounds];
        int tokens = 0;
        for (int round = -rounds; round < rounds; round++) {
            Text text = Text.of(texts[Math.abs(round) % texts.length]);
            long start = System.nanoTime();
            TimedPrediction timed = classifier.timed(text);
            long answered = System.nanoTime();
            session.run(inputs, outputs).close();
            long ran = System.nanoTime();
            tokens = timed.prediction.numTokens;
            if (round >= 0) {
                whole[round] = answered - start;
                engine[round] = ran - answered;
                for (int span = 0; span < spans.length; span++) {
                    spans[span][round] = timed.nanoseconds[span];
                }
            }
        }
        System.out.println(program.name + ", " + WORDS + " words, " + tokens + " tokens, " + rounds + " rounds");
        print("answer", whole);
        print("ONNX Runtime's call alone", engine);
        for (int span = 0; span < spans.length; span++) {
            print("span " + classifier.spans().get(span), spans[span]);
        }
        // Where other processes take the processor, what two runs of a model differ by is theirs; so the span `run` is
        // left out of the one figure, and compared with the engine's call in the other.
        long[] besides = new long[rounds];
        long[] around = new long[rounds];
        for (int round = 0; round < rounds; round++) {
            besides[round] = whole[round] - spans[2][round];
            around[round] = spans[2][round] - engine[round];
        }
        print("besides the span run", besides);
        print("run around the engine's call", around);
    }

    private static Map<String, OnnxTensor> inputs(OrtEnvironment environment, Program program, EncodedText text)
            throws Exception {
        Map<String, OnnxTensor> inputs = new HashMap<String, OnnxTensor>();
        for (TensorEntry input : program.inputs) {
            LongBuffer numbers =
                ByteBuffer.allocateDirect(8 * program.length).order(ByteOrder.nativeOrder()).asLongBuffer();
            for (int place = 0; place < text.numTokens(); place++) {
                numbers.put(place, input.role.equals("ids") ? text.ids[place] : input.role.equals("mask") ? 1 : 0);
            }
            inputs.put(input.name, OnnxTensor.createTensor(environment, numbers, new long[] {1, program.length}));
        }
        return inputs;
    }

    private static String[] texts() {
        String[] words = {"film", "movie", "good", "bad", "fine", "warm", "not", "the", "sea", "night", "delightful",
            "story", "which", "never", "ends", "Café", "music", "without", "any", "reason,"};
        String[] texts = new String[50];
        for (int number = 0; number < texts.length; number++) {
            StringBuilder text = new StringBuilder();
            for (int word = 0; word < WORDS; word++) {
                text.append(words[(number * 3 + word * 7 + word / 9) % words.length]).append(' ');
            }
            texts[number] = text.toString().trim();
        }
        return texts;
    }

    private static void print(String what, long[] nanoseconds) {
        long[] sorted = nanoseconds.clone();
        Arrays.sort(sorted);
        System.out.printf("%-28s median %8.1f us   p90 %8.1f us%n", what, sorted[sorted.length / 2] / 1e3,
            sorted[sorted.length * 9 / 10] / 1e3);
    }
}
