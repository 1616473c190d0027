package edgepower.runtime.profiler;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;
import static org.junit.Assert.fail;

import edgepower.runtime.InputException;
import edgepower.runtime.Text;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.Test;

public class ProfileRequestTest {
    private static Map<String, String> extras(String... words) {
        Map<String, String> found = new LinkedHashMap<String, String>();
        for (int place = 0; place < words.length; place += 2) {
            found.put(words[place], words[place + 1]);
        }
        return found;
    }

    private static void assertRefused(String message, String... words) {
        try {
            ProfileRequest.parse(extras(words));
        } catch (InputException error) {
            assertEquals(message, error.getMessage());
            return;
        }
        fail("expected: " + message);
    }

    @Test
    public void theNameAloneTakesTheDefaults() {
        ProfileRequest request = ProfileRequest.parse(extras("report", "a-1"));
        assertEquals("a-1", request.report);
        ProfileOptions options = request.options;
        assertTrue(options.precisions.isEmpty() && options.budgets.isEmpty() && options.lengths.isEmpty());
        assertEquals(Collections.singletonList(1), options.threads);
        assertEquals(10, options.warmup);
        assertEquals(100, options.iterations);
        assertEquals(5, options.burst);
        assertTrue(Double.isNaN(options.maxSeconds));
        assertEquals(Arrays.asList(50.0, 90.0, 95.0, 99.0), options.percentiles);
        assertEquals("built-in", options.textsName);
    }

    @Test
    public void everyExtraIsRead() {
        ProfileOptions options = ProfileRequest.parse(extras(
                        "report", "r", "precisions", "int8, fp32,int8", "budgets", "full,fast", "lengths", "64,16",
                        "threads", "2,1", "iterations", "7", "warmup", "0", "burst", "3", "max_seconds", "1.5",
                        "percentiles", "50,99.9"))
                .options;
        assertEquals(Arrays.asList("int8", "fp32"), options.precisions);
        assertEquals(Arrays.asList("full", "fast"), options.budgets);
        assertEquals(Arrays.asList(64, 16), options.lengths);
        assertEquals(Arrays.asList(2, 1), options.threads);
        assertEquals(7, options.iterations);
        assertEquals(0, options.warmup);
        assertEquals(3, options.burst);
        assertEquals(1.5, options.maxSeconds, 0);
        assertEquals(Arrays.asList(50.0, 99.9), options.percentiles);
    }

    @Test
    public void badExtrasAreRefusedInOneLine() {
        String name = "; expected 1 to 64 letters, digits and hyphens";
        assertRefused("`report` is missing" + name);
        assertRefused("`report` is no name for a file" + name, "report", "../x");
        assertRefused("`report` is no name for a file" + name, "report", "");
        assertRefused(
                "`speed`: no extra is called so; there are: report, precisions, budgets, lengths, threads, iterations, "
                        + "warmup, max_seconds, burst, percentiles",
                "report", "r", "speed", "1");
        assertRefused("`warmup`: expected text, found none; give it with --es", "report", "r", "warmup", null);
        assertRefused(
                "`precisions` fp8: no precision is called so; there are fp32, fp16, int8",
                "report", "r", "precisions", "fp8");
        assertRefused("`iterations` 0: expected a whole number of at least 1", "report", "r", "iterations", "0");
        assertRefused("`threads` 0: expected a whole number of at least 1", "report", "r", "threads", "0");
        assertRefused("`warmup` 'ten': expected a whole number", "report", "r", "warmup", "ten");
        assertRefused("`lengths` '-1': expected a whole number", "report", "r", "lengths", "8,-1");
        assertRefused("`iterations` '9999999999': expected a whole number", "report", "r", "iterations", "9999999999");
        assertRefused("`budgets` 'full,': expected names with commas between", "report", "r", "budgets", "full,");
        assertRefused("`max_seconds` 'NaN': expected a number", "report", "r", "max_seconds", "NaN");
        assertRefused("`max_seconds` 0.0: expected a number above 0", "report", "r", "max_seconds", "0");
        assertRefused(
                "`percentiles` 100.5: expected numbers in 0..100, such as 50,90,95,99",
                "report", "r", "percentiles", "100.5");
    }

    @Test
    public void optionsAreCheckedWhoeverMakesThem() {
        String[] found = new String[2];
        try {
            ProfileOptions.builder().threads().build();
        } catch (InputException error) {
            found[0] = error.getMessage();
        }
        try {
            ProfileOptions.builder().percentiles().build();
        } catch (InputException error) {
            found[1] = error.getMessage();
        }
        assertEquals("`threads` 0: expected a whole number of at least 1", found[0]);
        assertEquals("`percentiles` NaN: expected numbers in 0..100, such as 50,90,95,99", found[1]);
    }

    @Test
    public void ofManyTextsTheFirstAreRead() {
        ProfileOptions options =
                ProfileOptions.builder().texts("mine", Collections.nCopies(2001, Text.of("a"))).build();
        assertEquals(2000, options.texts.size());
        assertEquals("mine", options.textsName);
    }
}
