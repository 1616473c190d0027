package edgepower.demo;

import android.app.Activity;
import android.content.Context;
import android.os.Bundle;
import android.view.View;
import android.view.inputmethod.InputMethodManager;
import android.widget.ScrollView;
import edgepower.demo.model.Answer;
import edgepower.demo.state.Presenter;
import edgepower.demo.state.Screen;
import edgepower.demo.state.ScreenState;
import edgepower.demo.view.AnswerView;
import edgepower.demo.view.NoticeView;
import edgepower.demo.view.ProfileView;
import edgepower.demo.view.QuestionView;

/** The screen: a text, its answer, the words that survive, and the profile. */
public final class MainActivity extends Activity implements Screen {
    private Presenter presenter;
    private NoticeView notice;
    private QuestionView question;
    private AnswerView answer;
    private ProfileView profile;
    private Answer shown;
    private boolean asked;

    @Override
    protected void onCreate(Bundle saved) {
        super.onCreate(saved);
        setContentView(R.layout.main);
        DemoApplication demo = (DemoApplication) getApplication();
        AndroidPhrases phrases = new AndroidPhrases(this);
        presenter = demo.presenter();
        shown = presenter.board().state().answer;
        View root = findViewById(R.id.scroll);
        notice = new NoticeView(root);
        question = new QuestionView(root, presenter, phrases, new Runnable() {
            @Override
            public void run() {
                asked = true;
                hideKeyboard();
            }
        });
        answer = new AnswerView(root, phrases);
        profile = new ProfileView(root, demo.profiling(), new AndroidFacts(this), new ReportSharing(this), phrases);
    }

    @Override
    protected void onStart() {
        super.onStart();
        presenter.board().attach(this);
        presenter.start();
    }

    @Override
    protected void onStop() {
        presenter.board().detach(this);
        super.onStop();
    }

    @Override
    public void show(ScreenState state) {
        notice.show(state);
        question.show(state);
        answer.show(state.answer);
        profile.show(state);
        if (state.answer != shown) {
            shown = state.answer;
            scrollToAnswer();
        }
    }

    /** On a small phone the answer stands below what was typed; a switch alone leaves the screen where it is. */
    private void scrollToAnswer() {
        if (!asked) {
            return;
        }
        asked = false;
        final ScrollView scroll = (ScrollView) findViewById(R.id.scroll);
        scroll.post(new Runnable() {
            @Override
            public void run() {
                scroll.smoothScrollTo(0, findViewById(R.id.answer).getTop());
            }
        });
    }

    private void hideKeyboard() {
        InputMethodManager keyboard = (InputMethodManager) getSystemService(Context.INPUT_METHOD_SERVICE);
        keyboard.hideSoftInputFromWindow(findViewById(R.id.scroll).getWindowToken(), 0);
    }
}
