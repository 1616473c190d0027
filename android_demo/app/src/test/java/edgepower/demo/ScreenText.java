package edgepower.demo;

import edgepower.demo.model.Answer;
import edgepower.demo.model.Model;
import edgepower.demo.text.AnswerText;
import edgepower.demo.text.Bar;
import edgepower.demo.text.Phrase;
import edgepower.demo.text.Phrases;
import edgepower.demo.text.Plural;
import edgepower.demo.text.ProfileText;
import edgepower.demo.text.WordsText;
import edgepower.demo.text.XmlPhrases;
import edgepower.demo.words.Mark;
import edgepower.demo.words.WordRow;
import edgepower.runtime.Text;
import edgepower.runtime.bundle.Bundle;
import edgepower.runtime.bundle.Program;
import edgepower.runtime.json.JsonWriter;
import edgepower.runtime.profiler.DeviceFacts;
import edgepower.runtime.profiler.ProfileOptions;
import edgepower.runtime.profiler.ProfileReport;
import edgepower.runtime.profiler.ProfileRow;
import edgepower.runtime.profiler.Profiler;
import edgepower.runtime.profiler.Progress;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Says what the screen shows of a text and of a profile, as JSON, for the picture in the README.
 *
 * <p>It takes BUNDLE PRECISION BUDGET TEXT.
 *
 * <p>The bundle answers here, and the sentences are the app's own. Keys are the ids of the layouts.
 */
public final class ScreenText {
    private final JsonWriter json = new JsonWriter();
    private final Phrases phrases = new XmlPhrases();

    private ScreenText() {}

    /** Prints one JSON object. */
    public static void main(String[] arguments) {
        ScreenText screen = new ScreenText();
        File bundle = new File(arguments[0]);
        try (Model model = Model.open(bundle, arguments[1], arguments[2])) {
            Answer answer = model.ask(Text.of(arguments[3]));
            screen.write(answer, arguments[3], profile(bundle));
        }
        byte[] said = screen.json.text().getBytes(StandardCharsets.UTF_8);
        System.out.write(said, 0, said.length);
        System.out.flush();
    }

    private void write(Answer answer, String typed, ProfileReport report) {
        AnswerText text = new AnswerText(answer, phrases);
        json.object();
        json.name("texts").object();
        text("title", phrases.say(Phrase.MODEL, answer.setup.name, answer.setup.architecture));
        text("first", typed);
        text("budget", answer.setup.budget);
        text("precision", answer.setup.precision);
        text("headline", text.headline());
        text("answered_by", text.answeredBy());
        text("pieces", text.pieces());
        text("more_labels", text.moreLabels());
        if (text.tiers().isEmpty()) {
            text("tiers_title", "");
        }
        text("words_lead", new WordsText(phrases).lead(answer));
        if (!answer.drops()) {
            text("words_key", "");
        }
        text("profile_status", phrases.count(Plural.PROFILE_DONE, report.table().size()));
        json.end();
        json.name("columns").object();
        bars(text.bars());
        lines("tiers", text.tiers());
        words(answer);
        profileRows(report);
        json.end().end();
    }

    private void text(String id, String said) {
        json.name(id).value(said);
    }

    private void bars(List<Bar> bars) {
        json.name("bars").array();
        for (Bar bar : bars) {
            json.object().name("layout").value("row_bar").name("share").value(bar.share).name("texts").object();
            text("label", bar.label);
            text("percent", bar.percent);
            json.end().end();
        }
        json.end();
    }

    private void lines(String column, List<String> lines) {
        json.name(column).array();
        for (String line : lines) {
            json.object().name("layout").value("row_text").name("line").value(line).end();
        }
        json.end();
    }

    private void words(Answer answer) {
        WordsText text = new WordsText(phrases);
        json.name("words").array();
        for (WordRow row : answer.rows) {
            json.object().name("layout").value("row_words").name("share").value((double) row.kept / row.tokens);
            json.name("texts").object();
            text("name", text.name(row));
            text("count", text.count(row));
            json.end().name("marks").array();
            for (Mark mark : row.marks) {
                json.object().name("kind").value(mark.kind.name()).name("text").value(mark.text);
                json.name("part").value(mark.part).name("spaced").value(mark.spaced).end();
            }
            json.end().end();
        }
        json.end();
    }

    private void profileRows(ProfileReport report) {
        double slowest = 0;
        for (ProfileRow row : report.table()) {
            slowest = Math.max(slowest, row.medianMs);
        }
        json.name("profile_rows").array();
        for (ProfileRow row : report.table()) {
            json.object().name("layout").value("row_profile").name("share").value(row.medianMs / slowest);
            json.name("texts").object();
            text("name", row.name);
            text("times", new ProfileText(phrases).times(row));
            json.end().end();
        }
        json.end();
    }

    private static ProfileReport profile(File bundle) {
        int shortest = Integer.MAX_VALUE;
        for (Program program : Bundle.open(bundle).artifact(null).programs) {
            shortest = Math.min(shortest, program.length);
        }
        ProfileOptions options = ProfileOptions.builder().lengths(shortest).iterations(20).warmup(3).build();
        return Profiler.run(bundle, options, DeviceFacts.NONE, new Progress() {
            @Override
            public boolean step(String what, int done, int total) {
                return true;
            }
        });
    }
}
