package edgepower.demo.view;

import android.view.View;
import android.widget.AdapterView;
import android.widget.ArrayAdapter;
import android.widget.Button;
import android.widget.EditText;
import android.widget.Spinner;
import android.widget.TextView;
import edgepower.demo.R;
import edgepower.demo.model.Setup;
import edgepower.demo.state.Presenter;
import edgepower.demo.state.ScreenState;
import edgepower.demo.text.Phrase;
import edgepower.demo.text.Phrases;
import java.util.Collections;
import java.util.List;

/** What is typed and chosen. */
public final class QuestionView {
    private final View question;
    private final View pair;
    private final TextView title;
    private final EditText first;
    private final EditText second;
    private final Choice budget;
    private final Choice precision;
    private final Button classify;
    private final Phrases phrases;

    /**
     * Binds the views in a layout.
     *
     * @param root of the layout
     * @param presenter is told what is asked and chosen
     * @param phrases for the title
     * @param asked runs when a text is sent off
     */
    public QuestionView(View root, final Presenter presenter, Phrases phrases, final Runnable asked) {
        this.phrases = phrases;
        question = root.findViewById(R.id.question);
        pair = root.findViewById(R.id.pair);
        title = (TextView) root.findViewById(R.id.title);
        first = (EditText) root.findViewById(R.id.first);
        second = (EditText) root.findViewById(R.id.second);
        classify = (Button) root.findViewById(R.id.classify);
        classify.setOnClickListener(new View.OnClickListener() {
            @Override
            public void onClick(View button) {
                asked.run();
                boolean isPair = pair.getVisibility() == View.VISIBLE;
                presenter.ask(first.getText().toString(), isPair ? second.getText().toString() : "");
            }
        });
        budget = new Choice((Spinner) root.findViewById(R.id.budget)) {
            @Override
            void chosen(String name) {
                presenter.chooseBudget(name);
            }
        };
        precision = new Choice((Spinner) root.findViewById(R.id.precision)) {
            @Override
            void chosen(String name) {
                presenter.choosePrecision(name);
            }
        };
    }

    /** Shows what can be chosen, and what is. */
    public void show(ScreenState state) {
        Setup setup = state.setup;
        question.setVisibility(setup == null ? View.GONE : View.VISIBLE);
        if (setup == null) {
            return;
        }
        title.setText(phrases.say(Phrase.MODEL, setup.name, setup.architecture));
        pair.setVisibility(setup.takesPairs ? View.VISIBLE : View.GONE);
        boolean ready = state.isReady();
        classify.setEnabled(ready);
        // While the model is being switched, the user's choice stands and not the one before.
        if (!state.asking) {
            budget.show(setup.budgets, setup.budget, ready);
            precision.show(setup.precisions, setup.precision, ready);
        }
    }

    /** A list of names of which one is chosen. */
    private abstract static class Choice implements AdapterView.OnItemSelectedListener {
        private final Spinner spinner;
        private List<String> names = Collections.emptyList();

        Choice(Spinner spinner) {
            this.spinner = spinner;
            spinner.setOnItemSelectedListener(this);
        }

        abstract void chosen(String name);

        final void show(List<String> offered, String name, boolean ready) {
            if (!offered.equals(names)) {
                names = offered;
                spinner.setAdapter(new ArrayAdapter<String>(spinner.getContext(), R.layout.choice, offered));
            }
            if (spinner.getSelectedItemPosition() != names.indexOf(name)) {
                spinner.setSelection(names.indexOf(name));
            }
            spinner.setEnabled(ready && names.size() > 1);
        }

        @Override
        public final void onItemSelected(AdapterView<?> parent, View view, int position, long id) {
            chosen(names.get(position));
        }

        @Override
        public final void onNothingSelected(AdapterView<?> parent) {}
    }
}
