package edgepower.demo.text;

import static org.junit.Assert.assertEquals;

import edgepower.demo.model.Answer;
import edgepower.demo.model.Setup;
import edgepower.demo.words.WordRow;
import edgepower.runtime.Prediction;
import edgepower.runtime.Step;
import edgepower.runtime.TierRun;
import edgepower.runtime.retention.RetentionConfig;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.Test;

/** An answer as a user reads it. */
public final class AnswerTextTest {
    private static final List<String> LABELS =
            Arrays.asList("anger", "fear", "joy", "love", "none", "sadness", "surprise");
    private static final double[] SCORES = {0.02, 0.03, 0.8, 0.1, 0.02, 0.02, 0.01};
    private static final List<Step> STEPS =
            Arrays.asList(new Step("fast_16", 16, new RetentionConfig(16, new int[] {8, 1}), null, 1));

    @Test
    public void oneLabelItsProgramAndItsTime() {
        AnswerText text = text(prediction("joy", Arrays.asList("joy"), SCORES, STEPS), LABELS);
        assertEquals("joy", text.headline());
        assertEquals("Answered by fast (int8) in 3.2\u00a0ms", text.answeredBy());
        assertEquals("15 word pieces at length 16.", text.pieces());
        assertEquals(Collections.emptyList(), text.tiers());
    }

    @Test
    public void theFiveLikeliestHaveBarsAndEqualsStayInOrder() {
        AnswerText text = text(prediction("joy", Arrays.asList("joy"), SCORES, STEPS), LABELS);
        StringBuilder bars = new StringBuilder();
        for (Bar bar : text.bars()) {
            bars.append(bar.spoken).append("; ");
        }
        assertEquals("joy: 80.0%; love: 10.0%; fear: 3.0%; anger: 2.0%; none: 2.0%; ", bars.toString());
        assertEquals("joy", text.bars().get(0).label);
        assertEquals("80.0%", text.bars().get(0).percent);
        assertEquals(0.8, text.bars().get(0).share, 0);
        assertEquals("and 2 more labels", text.moreLabels());
    }

    @Test
    public void fewLabelsHaveABarEach() {
        AnswerText text = text(
                prediction("no", Arrays.asList("no"), new double[] {0.4, 0.6}, STEPS), Arrays.asList("yes", "no"));
        assertEquals(2, text.bars().size());
        assertEquals("no", text.bars().get(0).label);
        assertEquals("", text.moreLabels());
    }

    @Test
    public void severalLabelsAndNone() {
        assertEquals("joy, love",
                text(prediction("joy", Arrays.asList("joy", "love"), SCORES, STEPS), LABELS).headline());
        assertEquals("no label; the likeliest is joy",
                text(prediction("joy", Collections.<String>emptyList(), SCORES, STEPS), LABELS).headline());
    }

    @Test
    public void aValueHasNoBars() {
        Prediction found = new Prediction(null, 3.14159, new double[] {3.14159}, Collections.<String>emptyList(),
                new double[] {3.14159}, 15, false, STEPS, Collections.<TierRun>emptyList());
        AnswerText text = text(found, Collections.<String>emptyList());
        assertEquals("3.142", text.headline());
        assertEquals(0, text.bars().size());
        assertEquals("", text.moreLabels());
    }

    @Test
    public void aTextThatWasCutSaysSo() {
        Prediction found = new Prediction("joy", 0.8, SCORES, Arrays.asList("joy"), SCORES, 16, true, STEPS,
                Collections.<TierRun>emptyList());
        assertEquals("16 word pieces at length 16. The text is too long: only 16 word pieces of it were read.",
                text(found, LABELS).pieces());
    }

    @Test
    public void ofACascadeTheTiersThatWereAskedAreNamed() {
        List<TierRun> tiers = Arrays.asList(new TierRun("bag", 0.55, 0.05, 0), new TierRun("fast", 0.8, 3.1, 1));
        Prediction found = new Prediction(
                "joy", 0.8, SCORES, Arrays.asList("joy"), SCORES, 15, false, STEPS, tiers);
        AnswerText text = text(found, LABELS);
        assertEquals("Answered by fast (fast, int8) in 3.2\u00a0ms", text.answeredBy());
        assertEquals(Arrays.asList("bag was 55.0% sure in 0.05\u00a0ms, and passed the text on",
                "fast was 80.0% sure in 3.1\u00a0ms, and answered"), text.tiers());
    }

    @Test
    public void aBagTierReadsNoProgram() {
        Prediction found = new Prediction("joy", 0.8, SCORES, Arrays.asList("joy"), SCORES, 15, false,
                Collections.<Step>emptyList(), Arrays.asList(new TierRun("bag", 0.9, 0.05, 0)));
        assertEquals("15 word pieces", text(found, LABELS).pieces());
        Answer answer = answer(found, LABELS);
        assertEquals("A tier without encoders answered: it looked the words up in a table.",
                new WordsText(new XmlPhrases()).lead(answer));
    }

    private static Prediction prediction(String label, List<String> labels, double[] scores, List<Step> steps) {
        return new Prediction(
                label, 0.8, scores, labels, scores, 15, false, steps, Collections.<TierRun>emptyList());
    }

    private static AnswerText text(Prediction found, List<String> labels) {
        return new AnswerText(answer(found, labels), new XmlPhrases());
    }

    private static Answer answer(Prediction found, List<String> labels) {
        Setup setup =
                new Setup("emotions", "bert", false, Arrays.asList("fast"), "fast", Arrays.asList("int8"), "int8");
        return new Answer(found, labels, 3.21, setup, Collections.<WordRow>emptyList());
    }
}
