package edgepower.runtime.json;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.fail;

import java.nio.charset.Charset;
import org.junit.Test;

public final class JsonWriterTest {
    @Test
    public void writesEveryKindOfValue() {
        JsonWriter writer = new JsonWriter().object().name("a").value(1).name("b").array().value("x").value(2.5);
        writer.value(true).nothing().value((String) null).object().end().end().name("c").value(Long.MAX_VALUE).end();
        assertEquals("{\"a\":1,\"b\":[\"x\",2.5,true,null,null,{}],\"c\":9223372036854775807}", writer.text());
    }

    @Test
    public void whatItWritesIsReadBack() {
        String odd = "\u0000\u001f\"\\/\u2028\u00e9\ud83d\ude00";
        JsonWriter writer = new JsonWriter().array().value(odd).value(0.1).value(1e-300).end();
        JsonNode read = Json.parse(writer.text().getBytes(Charset.forName("UTF-8")), "report");
        assertEquals(odd, read.items().get(0).string());
        assertEquals(0.1, read.items().get(1).number(), 0);
        assertEquals(1e-300, read.items().get(2).number(), 0);
    }

    @Test
    public void aLoneSurrogateIsStillUtf8() {
        assertEquals("\"\\ud800\"", new JsonWriter().value("\ud800").text());
    }

    @Test
    public void refusesWhatJsonCannotSay() {
        try {
            new JsonWriter().value(Double.NaN);
            fail("NaN was written");
        } catch (IllegalArgumentException error) {
            assertEquals("JSON has no NaN", error.getMessage());
        }
        try {
            new JsonWriter().object().array().text();
            fail("half a document was given");
        } catch (IllegalStateException error) {
            assertEquals("not ended: }]", error.getMessage());
        }
        try {
            new JsonWriter().end();
            fail("nothing was ended");
        } catch (IllegalStateException error) {
            assertEquals("nothing is open that could end", error.getMessage());
        }
    }
}
