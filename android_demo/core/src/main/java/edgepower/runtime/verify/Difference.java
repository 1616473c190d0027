package edgepower.runtime.verify;

import edgepower.runtime.BundleException;
import edgepower.runtime.bundle.Manifest;
import edgepower.runtime.bundle.Program;
import edgepower.runtime.onnx.HandedOn;
import edgepower.runtime.onnx.Outputs;
import edgepower.runtime.retention.RetentionConfig;
import edgepower.runtime.retention.Survivors;
import edgepower.runtime.task.Task;
import java.util.HashSet;
import java.util.Set;

/** One text's difference between a program's outputs and the golden ones. */
final class Difference {
    final double error;
    final boolean sameLabel;
    final int kept;
    final int wanted;
    /** Here, and in the stages before. */
    final boolean sameWords;
    /** Of a stage: what the next one is given, and the positions of its rows. */
    final HandedOn handedOn;
    final int[] leaving;

    /**
     * Compares.
     *
     * @param retention of the program at the length of the text
     * @param before of the stage before; null of a program that begins with the text
     */
    Difference(Program program, Task task, RetentionConfig retention, GoldenOutput golden, Outputs outputs,
            int numTokens, Difference before) {
        double[] expected = golden.logits();
        error = error("program " + program.name + ", the program gives ", outputs.logits, expected);
        sameLabel = task.agree(outputs.logits, expected);
        int[] entering = before == null ? null : before.leaving;
        int[][] found = outputs.kept == null ? new int[0][] : Survivors.of(outputs.kept, retention, entering);
        if (found.length != golden.survivors.size()) {
            throw new BundleException(Manifest.GOLDEN_FILE + " has the kept words of " + golden.survivors.size()
                + " encoders of program " + program.name + ", the program gives those of " + found.length);
        }
        int same = 0;
        int all = 0;
        for (int encoder = 0; encoder < found.length; encoder++) {
            Set<Long> words = words(golden.survivors.get(encoder), numTokens);
            all += words.size();
            for (int position : found[encoder]) {
                same += words.contains((long) position) ? 1 : 0;
            }
        }
        kept = same;
        wanted = all;
        sameWords = same == all && (before == null || before.sameWords);
        handedOn = outputs.handedOn;
        leaving = found.length == 0 ? entering : found[found.length - 1];
    }

    /** The largest difference; infinite where one is no number. */
    static double error(String what, double[] ours, double[] theirs) {
        if (ours.length != theirs.length) {
            throw new BundleException(Manifest.GOLDEN_FILE + " has " + theirs.length + " logits of " + what
                + ours.length);
        }
        double worst = 0;
        for (int place = 0; place < ours.length; place++) {
            double difference = Math.abs(ours[place] - theirs[place]);
            worst = Double.isNaN(difference) ? Double.POSITIVE_INFINITY : Math.max(worst, difference);
        }
        return worst;
    }

    private static Set<Long> words(long[] positions, int numTokens) {
        Set<Long> words = new HashSet<Long>();
        for (long position : positions) {
            if (position < numTokens) {
                words.add(position);
            }
        }
        return words;
    }
}
