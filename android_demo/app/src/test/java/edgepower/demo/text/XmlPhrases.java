package edgepower.demo.text;

import edgepower.demo.Repository;
import java.util.Locale;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** The app's own strings.xml, read without Android: what a test compares is what a user reads, in English. */
public final class XmlPhrases implements Phrases {
    private final Document strings;

    /** Reads the file. */
    public XmlPhrases() {
        try {
            strings = DocumentBuilderFactory.newInstance().newDocumentBuilder()
                    .parse(Repository.file("android_demo/app/src/main/res/values/strings.xml"));
        } catch (Exception error) {
            throw new AssertionError("strings.xml cannot be read: " + error);
        }
    }

    @Override
    public String say(Phrase phrase, Object... values) {
        return String.format(locale(), unescaped(named("string", phrase.resource()).getTextContent()), values);
    }

    @Override
    public String count(Plural plural, int count, Object... values) {
        Object[] all = new Object[values.length + 1];
        all[0] = count;
        System.arraycopy(values, 0, all, 1, values.length);
        NodeList items = named("plurals", plural.resource()).getElementsByTagName("item");
        for (int at = 0; at < items.getLength(); at++) {
            Element item = (Element) items.item(at);
            if (item.getAttribute("quantity").equals(count == 1 ? "one" : "other")) {
                return String.format(locale(), unescaped(item.getTextContent()), all);
            }
        }
        throw new AssertionError("no quantity fits " + count + " in " + plural);
    }

    @Override
    public Locale locale() {
        return Locale.ENGLISH;
    }

    private Element named(String kind, String name) {
        NodeList all = strings.getElementsByTagName(kind);
        for (int at = 0; at < all.getLength(); at++) {
            if (((Element) all.item(at)).getAttribute("name").equals(name)) {
                return (Element) all.item(at);
            }
        }
        throw new AssertionError("strings.xml has no " + kind + " " + name);
    }

    private static String unescaped(String text) {
        return text.replace("\\u00a0", "\u00a0");
    }
}
