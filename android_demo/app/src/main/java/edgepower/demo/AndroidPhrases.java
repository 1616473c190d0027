package edgepower.demo;

import android.content.Context;
import android.content.res.Resources;
import edgepower.demo.text.Phrase;
import edgepower.demo.text.Phrases;
import edgepower.demo.text.Plural;
import java.util.Locale;

/** The app's sentences from its resources. */
final class AndroidPhrases implements Phrases {
    private final Resources resources;
    private final String owner;

    AndroidPhrases(Context context) {
        this.resources = context.getResources();
        this.owner = context.getPackageName();
    }

    // By name, so that what needs no Android knows no R class; the names are compared with the resources by a test.
    @Override
    public String say(Phrase phrase, Object... values) {
        return resources.getString(resources.getIdentifier(phrase.resource(), "string", owner), values);
    }

    @Override
    public String count(Plural plural, int count, Object... values) {
        Object[] all = new Object[values.length + 1];
        all[0] = count;
        System.arraycopy(values, 0, all, 1, values.length);
        int id = resources.getIdentifier(plural.resource(), "plurals", owner);
        return resources.getQuantityString(id, count, all);
    }

    // The way that API 23 knows; a phone's first locale is the one that its strings were chosen by.
    @Override
    @SuppressWarnings("deprecation")
    public Locale locale() {
        return resources.getConfiguration().locale;
    }
}
