package edgepower.demo.state;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertSame;
import static org.junit.Assert.assertTrue;

import edgepower.demo.model.Answer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.Rule;
import org.junit.Test;

/** What a user does and what comes of it, with a model that runs. */
public final class PresenterTest {
    @Rule public final Desk desk = new Desk();

    @Test
    public void theFirstStartCopiesAndOpensTheBundle() {
        ScreenState state = desk.open();
        assertEquals("", state.notice);
        assertEquals("tiny", state.setup.name);
        assertEquals("bert", state.setup.architecture);
        assertEquals(Arrays.asList("fast", "full"), state.setup.budgets);
        assertEquals("fast", state.setup.budget);
        assertEquals(Arrays.asList("fp32"), state.setup.precisions);
        assertEquals("no example of the bundle has a second text", false, state.setup.takesPairs);
        assertTrue("it is said that it takes a while", desk.states().get(1).opening);
    }

    @Test
    public void aTextIsAnswered() {
        desk.open();
        Answer answer = desk.ask("Fine.").answer;
        assertTrue(answer.labels.contains(answer.prediction.label));
        assertEquals("fast_8", answer.prediction.program());
        assertTrue(answer.timeMs > 0);
        assertEquals("the text and four encoders", 5, answer.rows.size());
        assertEquals(Arrays.asList("Fine"), answer.rows.get(0).spoken());
        assertEquals("the last encoder reads [CLS]", 1, answer.rows.get(4).kept);
        assertTrue(answer.drops());
    }

    @Test
    public void aBudgetThatDropsNothingKeepsEveryWord() {
        desk.open();
        desk.ask("Fine.");
        desk.presenter.chooseBudget("full");
        ScreenState state = desk.settle();
        assertEquals("full", state.setup.budget);
        assertEquals("the text was asked again", "full_8", state.answer.prediction.program());
        assertEquals("full", state.answer.setup.budget);
        assertEquals(5, state.answer.rows.size());
        assertEquals(4, state.answer.rows.get(3).kept);
        assertEquals(false, state.answer.drops());
    }

    @Test
    public void aChoiceWithoutATextSwitchesAlone() {
        desk.open();
        desk.presenter.chooseBudget("full");
        ScreenState state = desk.settle();
        assertEquals("full", state.setup.budget);
        assertNull(state.answer);
    }

    @Test
    public void emptyTextShowsAHintAndKeepsTheAnswer() {
        desk.open();
        Answer answer = desk.ask("Fine.").answer;
        for (String empty : new String[] {"", "  \n\t ", null}) {
            ScreenState state = desk.ask(empty);
            assertEquals("Type a text first.", state.notice);
            assertSame(answer, state.answer);
        }
        assertEquals("the hint goes with the next text", "", desk.ask("bad").notice);
    }

    @Test
    public void malformedTextIsAMessageAndKeepsTheAnswer() {
        desk.open();
        Answer answer = desk.ask("Fine.").answer;
        ScreenState state = desk.ask("half of a pair: \ud83d!");
        assertTrue(state.notice, state.notice.contains("surrogate"));
        assertSame(answer, state.answer);
        assertNotNull(desk.ask("Fine.").answer);
    }

    @Test
    public void endlessTextIsCut() {
        desk.open();
        StringBuilder text = new StringBuilder();
        for (int at = 0; at < 20_000; at++) {
            text.append(at % 7 == 0 ? ' ' : 'x');
        }
        Answer answer = desk.ask(text.toString()).answer;
        assertTrue(answer.prediction.truncated);
        assertEquals(24, answer.prediction.numTokens);
    }

    @Test
    public void aPrecisionThatIsNotThereIsAMessageAndTheModelGoesOn() {
        desk.open();
        desk.ask("Fine.");
        desk.presenter.choosePrecision("int8");
        ScreenState state = desk.settle();
        assertTrue(state.notice, state.notice.contains("int8"));
        assertEquals("fp32", state.setup.precision);
        assertEquals("", desk.ask("Fine.").notice);
    }

    @Test
    public void ofSeveralTextsTheLastIsAnswered() {
        desk.open();
        for (String text : new String[] {"good", "bad", "What a waste of an evening."}) {
            desk.presenter.ask(text, "");
        }
        Answer answer = desk.settle().answer;
        assertEquals("fast_24", answer.prediction.program());
        List<Answer> shown = new ArrayList<Answer>();
        for (ScreenState state : desk.states()) {
            if (state.answer != null && !shown.contains(state.answer)) {
                shown.add(state.answer);
            }
        }
        assertEquals("no other answer was shown", Arrays.asList(answer), shown);
    }

    @Test
    public void aPairIsAskedAsOne() {
        desk.open();
        desk.presenter.ask("good", "bad");
        Answer answer = desk.settle().answer;
        assertEquals("[CLS] good [SEP] bad [SEP]", 5, answer.prediction.numTokens);
        assertTrue(answer.rows.get(0).marks.get(3).beginsSecond);
    }

    @Test
    public void aScreenThatComesLaterSeesTheSameState() {
        desk.open();
        final ScreenState state = desk.ask("Fine.");
        final List<ScreenState> seen = new ArrayList<ScreenState>();
        Screen turned = new Screen() {
            @Override
            public void show(ScreenState shown) {
                seen.add(shown);
            }
        };
        desk.presenter.board().attach(turned);
        assertEquals("at once, and as it was", Arrays.asList(state), seen);
        desk.presenter.board().detach(turned);
        desk.ask("bad");
        assertEquals("and no more once it is gone", 1, seen.size());
    }

    @Test
    public void startingAgainDoesNothing() {
        desk.open();
        int before = desk.states().size();
        desk.presenter.start();
        assertEquals(before, desk.states().size());
    }
}
